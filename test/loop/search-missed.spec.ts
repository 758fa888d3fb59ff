import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../src/core/statistics/random.js';
import type { Incident } from '../../src/core/telemetry/incident.js';
import type { Instant } from '../../src/core/telemetry/time.js';
import { HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import { Baselines } from '../../src/loop/baselines.js';
import { measureUntil } from '../../src/loop/measure-until.js';
import { saveIncident } from '../../src/storage/incident.store.js';
import type { StoredOutcome } from '../../src/storage/outcome-row.js';
import { outcomesSince } from '../../src/storage/outcome.store.js';
import type { Flow } from './small-world.js';
import { SmallWorld, aJourney, anAnomaly, day } from './small-world.js';

const CELL = 5 * MINUTE;
/** Nobody is told of the first; an alert fires on the second; nobody reaches payment in the third. */
const SILENT = { from: day(14, 12), to: day(14, 13) };
const ALERTED = { from: day(15, 12), to: day(15, 13) };
const EMPTY = { from: day(16, 9), to: day(16, 10) };
const within = (at: Instant, span: { from: Instant; to: Instant }): boolean =>
  at >= span.from && at < span.to;

/** From the second week on, known once it could convert. */
function traffic(until: Instant): Flow[] {
  const random = seededRandom(11);
  const of = (n: number, rate: number): number =>
    Array.from({ length: n }).filter(() => random() < rate).length;
  const flows: Flow[] = [];
  for (let at = day(7); at < until; at += CELL) {
    const add = (stage: string, entered: number, converted: number): void => {
      const knownAt = at + CELL + HOUR / 2;
      flows.push({ journey: 'checkout', stage, bucketStart: at, knownAt, entered, converted });
    };
    const came = of(120, 0.5);
    const paying = within(at, EMPTY) ? 0 : of(came, 0.7);
    const isOut = within(at, SILENT) || within(at, ALERTED);
    const done = of(paying, isOut ? 0.1 : 0.8);
    add('cart', came, paying);
    add('payment', paying, done);
    add('done', done, 0);
  }
  return flows;
}

const missedOn = (outcomes: readonly StoredOutcome[], stage: string): StoredOutcome[] =>
  outcomes.filter((one) => one.verdict === 'missed' && one.stage === stage);

describe('failures that no episode told of', () => {
  let template: SmallWorld;
  let world: SmallWorld | undefined;
  /** What was found where all of history was there at once. */
  let replayed: readonly StoredOutcome[];
  beforeAll(async () => {
    template = await SmallWorld.open();
    await template.define(aJourney());
    await template.flow(traffic(day(20)));
    const anomaly = anAnomaly('alert', { startedAt: ALERTED.from + 4 * MINUTE });
    await template.take({ anomaly, receivedAt: anomaly.startedAt + MINUTE });
    await template.source.destroy();
  });
  afterEach(async () => {
    await world?.close();
  });
  afterAll(async () => {
    await template.drop();
  });

  async function copy(): Promise<SmallWorld> {
    world = await SmallWorld.open(template.url);
    return world;
  }

  async function outcomesAt(on: SmallWorld, until: Instant): Promise<StoredOutcome[]> {
    await measureUntil(on.source, new Baselines(), until);
    return await outcomesSince(on.source.manager, 0, 1000);
  }

  it('are recorded as missed, once, with no anomaly; an emptied stage too', async () => {
    const on = await copy();
    const outcomes = await outcomesAt(on, day(17, 12));
    const payment = missedOn(outcomes, 'payment');
    expect(payment).toHaveLength(2);
    [SILENT, EMPTY].forEach((span, i) => {
      expect(payment[i]).toMatchObject({ failure: true, source: 'measured', verdict: 'missed' });
      expect(payment[i]?.anomalyId).toBeUndefined();
      expect(Math.abs((payment[i]?.startedAt ?? 0) - span.from)).toBeLessThanOrEqual(2 * CELL);
      expect(Math.abs((payment[i]?.endedAt ?? 0) - span.to)).toBeLessThanOrEqual(2 * CELL);
    });
    // Known when the day after had seen the last of it, whenever it was looked for.
    expect(payment[0]?.knownAt).toBe(day(15) + 6 * HOUR + HOUR / 2 + 15 * MINUTE);
    expect(outcomes.filter(({ anomalyId }) => anomalyId === 'alert')).toMatchObject([
      { failure: true, stage: 'payment' },
    ]);
    expect(await outcomesAt(on, day(17, 12))).toEqual(outcomes);
    replayed = outcomes;
  });

  it('are the same, whether history is lived through or replayed', async () => {
    const figures = (outcomes: readonly StoredOutcome[]): unknown =>
      outcomes.map(({ revision: _, ...rest }) => rest);
    const living = await copy();
    const baselines = new Baselines();
    for (let at = day(14); at < day(17, 12); at += 5 * HOUR) {
      await measureUntil(living.source, baselines, at);
    }
    expect(figures(await outcomesAt(living, day(17, 12)))).toEqual(figures(replayed));
  });

  it('are restated when late data changes them, and withdrawn when they were none', async () => {
    const on = await copy();
    const late = (from: Instant, more: Pick<Flow, 'knownAt' | 'entered' | 'converted'>): Flow[] =>
      Array.from({ length: 12 }, (_, i) => {
        const bucketStart = from + i * CELL;
        return { journey: 'checkout', stage: 'payment', bucketStart, ...more };
      });
    await on.flow(late(SILENT.from, { knownAt: day(15, 12), entered: 0, converted: 8 }));
    await on.flow(late(EMPTY.from, { knownAt: day(17, 12), entered: 42, converted: 34 }));
    const all = missedOn(await outcomesAt(on, day(18, 12)), 'payment');
    const [silent, empty] = all.filter(({ supersedes }) => supersedes === undefined);
    const after = all.filter(({ supersedes }) => supersedes !== undefined);
    const restated = after.find(({ supersedes }) => supersedes === silent?.id);
    expect(restated).toMatchObject({ failure: true, failureId: silent?.failureId });
    expect(restated?.conversionsLost).toBeLessThan(0.9 * (silent?.conversionsLost ?? 0));
    const withdrawn = after.find(({ supersedes }) => supersedes === empty?.id);
    expect(withdrawn).toMatchObject({ failure: null, verdict: 'missed' });
    expect(after).toHaveLength(2);
  });

  it('are found in the one segment that they hit, and told of it alone', async () => {
    const on = await copy();
    const broken = { from: day(14, 18), to: day(14, 19, 30) };
    const app: Flow[] = [];
    for (let at = day(7); at < day(20); at += CELL) {
      const place = { journey: 'checkout', stage: 'payment', segment: 'app', bucketStart: at };
      const converted = within(at, broken) ? 0 : 3;
      app.push({ ...place, knownAt: at + CELL + HOUR / 2, entered: 4, converted });
    }
    await on.flow(app);
    const payment = missedOn(await outcomesAt(on, day(15, 12)), 'payment');
    expect(payment.map(({ segment }) => segment)).toEqual([undefined, 'app']);
    const [, found] = payment;
    expect(found).toMatchObject({ failure: true, verdict: 'missed' });
    expect(Math.abs((found?.startedAt ?? 0) - broken.from)).toBeLessThanOrEqual(2 * CELL);
    expect(Math.abs((found?.conversionsLost ?? 0) - 54)).toBeLessThan(15);
  });

  it('are found after a mitigation, though an episode was mapped until later', async () => {
    const on = await copy();
    const anomaly = anAnomaly('mitigated', { startedAt: SILENT.from - 40 * MINUTE });
    await on.take({ anomaly, receivedAt: anomaly.startedAt + MINUTE });
    const mitigatedAt = SILENT.from - 20 * MINUTE;
    const incident: Incident = {
      id: 'i',
      title: 'i',
      severity: 'critical',
      anomalyIds: [anomaly.id],
      detectedAt: anomaly.startedAt,
      mitigatedAt,
    };
    await on.source.transaction((sql) => saveIncident(sql, incident, mitigatedAt + MINUTE));
    const payment = missedOn(await outcomesAt(on, day(15, 12)), 'payment');
    expect(payment).toHaveLength(1);
    expect(Math.abs((payment[0]?.startedAt ?? 0) - SILENT.from)).toBeLessThanOrEqual(2 * CELL);
  });

  it('wait for the data to have come', async () => {
    const on = await copy();
    await on.rows('DELETE FROM stage_metric_change WHERE bucket_start >= $1', [
      new Date(day(15, 1)),
    ]);
    expect(missedOn(await outcomesAt(on, day(20)), 'payment')).toEqual([]);
  });
});
