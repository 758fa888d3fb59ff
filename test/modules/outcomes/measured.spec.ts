import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { Baselines } from '../../../src/loop/baselines.js';
import { measureUntil } from '../../../src/loop/measure-until.js';
import type { Body } from '../../builders/bodies.js';
import { aJourney, anAnomaly, minutesAfter } from '../../builders/bodies.js';
import type { Json } from '../../builders/running-api.js';
import { RunningApi } from '../../builders/running-api.js';

const MONDAY = '2025-03-03T00:00:00Z';
const HOURS = 60;
const DAYS = 24 * HOURS;
const BUCKET = 15;
const LAST = 16 * DAYS;
const at = (minute: number): string => minutesAfter(MONDAY, minute);

/** What happens, in minutes after the start; of the shop nobody is told. */
const EMPTIED = { from: 10 * DAYS + 12 * HOURS, to: 10 * DAYS + 13 * HOURS };
const AFTER_MITIGATION = { from: 11 * DAYS + 12.75 * HOURS, to: 11 * DAYS + 14 * HOURS };
const OUTAGE = { from: 12 * DAYS + 7 * HOURS, to: 12 * DAYS + 11 * HOURS };
const SALE = { from: 13 * DAYS + 15 * HOURS, to: 13 * DAYS + 20 * HOURS };
const within = (minute: number, { from, to }: typeof SALE): boolean =>
  minute >= from && minute < to;

const minutesOf = ({ from, to }: typeof SALE): number[] =>
  Array.from({ length: (to - from) / BUCKET }, (_, i) => from + i * BUCKET);

const ONE_STAGE = (key: string, service: string): Body =>
  aJourney({
    key,
    stages: [
      {
        ...{ key: 'visit', event: 'visit', weight: 1 },
        mappings: [{ match: [`service="${service}"`], relevance: 1 }],
      },
    ],
  });

const random = seededRandom(3);
const drawn = (count: number, rate: number): number =>
  Array.from({ length: count }).filter(() => random() < rate).length;

function metric(journey: string, stage: string, minute: number, counts: number[]): Body {
  const [entered = 0, converted = 0] = counts;
  const [bucketStart, receivedAt] = [at(minute), at(minute + BUCKET + HOURS)];
  return { journey, stage, bucketStart, bucket: '15m', entered, converted, receivedAt };
}

function traffic(): Body[] {
  const bodies: Body[] = [];
  for (let minute = 0; minute < LAST; minute += BUCKET) {
    const busy = 1 + 0.6 * Math.sin((2 * Math.PI * (minute - 8 * HOURS)) / DAYS);
    const came = drawn(Math.round(160 * busy), 0.5);
    const paying = within(minute, EMPTIED) ? 0 : drawn(came, 0.7);
    const done = drawn(paying, within(minute, AFTER_MITIGATION) ? 0.2 : 0.8);
    bodies.push(metric('checkout', 'cart', minute, [came, paying]));
    bodies.push(metric('checkout', 'payment', minute, [paying, done]));
    bodies.push(metric('checkout', 'done', minute, [done, done]));
    const visits = drawn(Math.round(600 * busy * (within(minute, SALE) ? 4 : 1)), 0.5);
    const bought = drawn(visits, within(minute, OUTAGE) ? 0.02 : 0.1);
    bodies.push(metric('shop', 'visit', minute, [visits, bought]));
    if (minute % (4 * HOURS) === 0) bodies.push(metric('rare', 'visit', minute, [1, 1]));
  }
  return bodies;
}

function alert(id: string, minute: number, service: string): Body {
  const [startedAt, receivedAt] = [at(minute), at(minute + 1)];
  return anAnomaly({ id, startedAt, receivedAt, labels: { service } });
}

describe('over HTTP, history tells', () => {
  let api: RunningApi;
  const metrics = traffic();
  beforeAll(async () => {
    api = await RunningApi.start();
    const journeys = [aJourney(), ONE_STAGE('shop', 'shop'), ONE_STAGE('rare', 'rare')];
    for (const journey of journeys) {
      await api.post('/v1/journeys', { ...journey, receivedAt: MONDAY });
    }
    for (let sent = 0; sent < metrics.length; sent += 2000) {
      const answer = await api.post('/v1/stage-metrics', metrics.slice(sent, sent + 2000));
      expect(answer.status).toBe(200);
    }
    const cut = AFTER_MITIGATION.from - 45;
    await api.post('/v1/anomalies', [
      alert('emptied', EMPTIED.from + 5, 'payment'),
      alert('mitigated', cut, 'payment'),
      alert('rare', EMPTIED.from, 'rare'),
    ]);
    await api.post('/v1/incidents', {
      ...{ id: 'inc', title: 'Payments', severity: 'error', anomalyIds: ['mitigated'] },
      ...{ detectedAt: at(cut + 2), mitigatedAt: at(cut + 15), receivedAt: at(cut + 15) },
    });
    await measureUntil(api.source, new Baselines(), new Date(at(LAST)).getTime());
  }, 60_000);
  afterAll(() => api.stop());

  const outcomeOf = async (anomalyId: string): Promise<Json | undefined> => {
    const answer = await api.get(`/v1/outcomes?anomalyId=${anomalyId}`);
    return (answer.body['items'] as Json[])[0];
  };
  const missedOf = async (journey: string): Promise<Json[]> => {
    const answer = await api.get(`/v1/outcomes?verdict=missed&journey=${journey}&limit=500`);
    const items = answer.body['items'] as Json[];
    return items.filter(
      ({ id, failure }) => failure === true && !items.some(({ supersedes }) => supersedes === id),
    );
  };

  it('a stage that nobody reaches any more as a failure, with all that it cost', async () => {
    const outcome = await outcomeOf('emptied');
    expect(outcome).toMatchObject({ stage: 'payment', failure: true, source: 'measured' });
    const [low = 0, high = 0] = outcome?.['interval'] as number[];
    // Of those who came into the journey meanwhile 70 % would have reached payment, 80 % of them paid.
    const emptied = minutesOf(EMPTIED).map(at);
    const came = metrics.reduce((sum, { stage, bucketStart, entered }) => {
      return stage === 'cart' && emptied.includes(String(bucketStart))
        ? sum + Number(entered)
        : sum;
    }, 0);
    // Four buckets of some 128 who come at noon by then: as many are usual as come without trouble.
    const usual = 4 * 160 * (1 + 0.6 * Math.sin((2 * Math.PI * 4.5) / 24)) * 0.5;
    for (const lost of [came * 0.7 * 0.8, usual * 0.7 * 0.8]) {
      expect(low).toBeLessThan(lost);
      expect(high).toBeGreaterThan(lost);
    }
    expect(outcome).toMatchObject({ startedAt: at(EMPTIED.from), endedAt: at(EMPTIED.to) });
  });

  it('nothing of a stage too thin to tell', async () => {
    const outcome = await outcomeOf('rare');
    expect(outcome).toMatchObject({ failure: null, verdict: 'unknown' });
    expect(outcome).not.toHaveProperty('failureProbability');
  });

  it('a mitigated episode from what came after its mitigation', async () => {
    const outcome = await outcomeOf('mitigated');
    expect(outcome?.['failure']).not.toBe(true);
    expect(outcome?.['mitigation']).toContain('mitigated at');
  });

  it('an outage that nothing fired on, by its stage and time, and no flash sale', async () => {
    const found = await missedOf('shop');
    expect(found).toMatchObject([
      { stage: 'visit', startedAt: at(OUTAGE.from), endedAt: at(OUTAGE.to) },
    ]);
    const [first] = found;
    expect(first?.['conversionsLost']).toBeGreaterThan(100);
    // Told by an episode, or found without one: never both.
    const cart = (await missedOf('checkout')).filter(({ stage }) => stage === 'cart');
    expect(cart).toMatchObject([{ startedAt: at(EMPTIED.from), endedAt: at(EMPTIED.to) }]);
  });
});
