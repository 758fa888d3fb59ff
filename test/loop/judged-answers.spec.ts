import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { judgedAnswers } from '../../src/loop/judged-answers.js';
import { aJourney, anAnomaly, anOutcome, minutesAgo } from '../builders/bodies.js';
import { RunningApi } from '../builders/running-api.js';

let api: RunningApi;

beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

it('counts what a failure cost by what a conversion was worth when it began', async () => {
  await api.post('/v1/journeys', aJourney({ valuePerConversion: 80 }));
  const anomaly = anAnomaly({ startedAt: minutesAgo(300), receivedAt: minutesAgo(299) });
  await api.post('/v1/anomalies', [anomaly]);
  const startedAt = minutesAgo(298);
  const outcome = anOutcome(anomaly['id'], { startedAt, endedAt: minutesAgo(240) });
  await api.post('/v1/outcomes', [outcome]);
  const dearer = JSON.stringify(aJourney({ valuePerConversion: 500 }));
  await api.request('PUT', '/v1/journeys/checkout', dearer);
  const later = Date.now() + 60_000;
  const [answer] = await judgedAnswers(api.source.manager, later, later);
  expect(answer?.failure).toMatchObject({ conversionsLost: 12, valueLost: 12 * 80 });
});
