import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aJourney, anAnomaly, anOutcome, minutesAgo } from '../../builders/bodies.js';
import { type Json, RunningApi } from '../../builders/running-api.js';

describe('the performance report', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
  });
  afterAll(() => api.stop());

  it('counts each answer under the band that it was first given', async () => {
    const anomalies = ['critical', 'error', 'warning', 'info'].flatMap((severity, i) =>
      ['payment', 'cart'].map((service, k) => {
        const startedAt = minutesAgo(3000 + 100 * (2 * i + k));
        return anAnomaly({ severity, labels: { service }, startedAt });
      }),
    );
    const { body } = await api.post('/v1/anomalies', anomalies);
    const given = (body['results'] as { predictions: { priority: { band: string } }[] }[])
      .flatMap(({ predictions }) => predictions)
      .map(({ priority }) => priority.band);
    expect(given).toHaveLength(8);
    expect(new Set(given).size).toBeGreaterThan(1);
    await api.post('/v1/outcomes', anOutcome(String(anomalies[0]?.['id'])));

    const report = await api.get('/v1/reports/performance?chunk=30d');
    const bands = report.body['bands'] as Json[];
    expect(bands.map(({ band, answers }) => [band, answers])).toEqual(
      ['P1', 'P2', 'P3', 'P4', 'P5'].map((band) => [
        band,
        given.filter((other) => other === band).length,
      ]),
    );
    const sumOf = (name: string): number =>
      bands.reduce((sum, band) => sum + Number(band[name]), 0);
    expect([sumOf('failures'), sumOf('nonFailures'), sumOf('unlabelled')]).toEqual([1, 0, 7]);
    expect(bands.at(-1)).toMatchObject({ precision: 1, recall: 1 });
    expect(report.body['rocCurve']).toEqual({ naive: [], weighted: [] });
  });
});
