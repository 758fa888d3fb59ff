import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Journey } from '../../src/core/journeys/journey.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import type { Incident } from '../../src/core/telemetry/incident.js';
import type { Instant } from '../../src/core/telemetry/time.js';
import { HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import { Baselines } from '../../src/loop/baselines.js';
import { episodeLabel } from '../../src/loop/episode-label.js';
import { measureDueOutcomes } from '../../src/loop/measure-outcomes.js';
import { controlsOf } from '../../src/loop/stage-outcome.js';
import { saveIncident } from '../../src/storage/incident.store.js';
import { addJourneyVersion } from '../../src/storage/journey.store.js';
import type { StoredOutcome } from '../../src/storage/outcome-row.js';
import { outcomesSince } from '../../src/storage/outcome.store.js';
import type { Flow } from './small-world.js';
import { SmallWorld, aJourney, anAnomaly, day } from './small-world.js';

const CELL = 5 * MINUTE;
/** Payments fail in this hour of the fifteenth day. */
const OUTAGE = { from: day(14, 12), to: day(14, 13) };
const PAID = 0.8;
const DELAY = HOUR + 6 * HOUR + HOUR / 2 + HOUR / 4;

/** Hardly anybody returns anything. */
const returns: Journey = aJourney({
  key: 'returns',
  name: 'Returns',
  stages: [
    {
      key: 'ask',
      event: 'ask',
      weight: 0.2,
      mappings: [{ match: ['service="returns"'], relevance: 1 }],
    },
    { key: 'sent', event: 'sent', weight: 0.2 },
  ],
});

let lost = 0;

/** A fortnight of steady traffic and the day of the outage, all known once it could convert. */
function traffic(): Flow[] {
  lost = 0;
  const random = seededRandom(11);
  const of = (n: number, rate: number): number =>
    Array.from({ length: n }).filter(() => random() < rate).length;
  const flows: Flow[] = [];
  for (let at = day(0); at < day(18); at += CELL) {
    const add = (journey: string, stage: string, entered: number, converted: number): void => {
      const knownAt = at + CELL + HOUR / 2;
      flows.push({ journey, stage, bucketStart: at, knownAt, entered, converted });
    };
    const isOut = at >= OUTAGE.from && at < OUTAGE.to;
    const came = of(120, 0.5);
    const paying = of(came, 0.7);
    const done = of(paying, isOut ? 0.1 : PAID);
    if (isOut) lost += paying * PAID - done;
    add('checkout', 'cart', came, paying);
    add('checkout', 'payment', paying, done);
    add('checkout', 'done', done, 0);
    if (random() < 0.02) add('returns', 'ask', 1, 1);
  }
  return flows;
}

const incident = (id: string, anomalyId: string, mitigatedAt: Instant): Incident => ({
  id,
  title: id,
  severity: 'critical',
  anomalyIds: [anomalyId],
  detectedAt: mitigatedAt - MINUTE,
  mitigatedAt,
});

const anomalies = [
  anAnomaly('outage', { startedAt: OUTAGE.from + 2 * MINUTE }),
  anAnomaly('outage too', { startedAt: OUTAGE.from + 11 * MINUTE, name: 'Latency' }),
  anAnomaly('quiet', { startedAt: day(16, 9) }),
  anAnomaly('thin', { startedAt: day(16, 9), labels: { service: 'returns' } }),
  anAnomaly('mitigated', { startedAt: day(16, 15) }),
];

describe('measured outcomes', () => {
  let world: SmallWorld;
  let outcomes: ReadonlyMap<string, StoredOutcome>;

  async function measured(): Promise<Map<string, StoredOutcome>> {
    expect(await measureDueOutcomes(world.source, new Baselines(), day(18))).toBe(anomalies.length);
    const all = await outcomesSince(world.source.manager, 0, 100);
    return new Map(all.map((outcome) => [outcome.anomalyId ?? '', outcome]));
  }

  beforeAll(async () => {
    world = await SmallWorld.open();
    await world.define(aJourney(), returns);
    await world.flow(traffic());
    for (const anomaly of anomalies) {
      await world.take({ anomaly, receivedAt: anomaly.startedAt + MINUTE });
    }
    const mitigation = incident('i', 'mitigated', day(16, 15, 20));
    await world.source.transaction((sql) => saveIncident(sql, mitigation, day(16, 15, 21)));
    expect(await measureDueOutcomes(world.source, new Baselines(), OUTAGE.to)).toBe(0);
    outcomes = await measured();
  });

  afterAll(async () => {
    await world.close();
  });

  it('are all there when any of several who measure has done', async () => {
    const on = await SmallWorld.open();
    try {
      await on.define(aJourney());
      for (let i = 0; i < 160; i += 1) {
        const anomaly = anAnomaly(`a${i}`, { startedAt: day(1) });
        await on.take({ anomaly, receivedAt: day(1) + MINUTE });
      }
      const left = async (): Promise<unknown> => {
        await measureDueOutcomes(on.source, new Baselines(), day(3));
        return on.rows('SELECT count(*)::int AS n FROM episode_stage WHERE measured_at IS NULL');
      };
      expect(await Promise.all([left(), left(), left()])).toEqual(Array(3).fill([{ n: 0 }]));
      expect(await outcomesSince(on.source.manager, 0, 1000)).toHaveLength(160);
    } finally {
      await on.close();
    }
  });

  it('of what was told late are known no earlier than that', async () => {
    const on = await SmallWorld.open();
    try {
      await on.define(aJourney());
      await on.take({ anomaly: anAnomaly('late', { startedAt: day(1) }), receivedAt: day(3) });
      await measureDueOutcomes(on.source, new Baselines(), day(4));
      const all = await outcomesSince(on.source.manager, 0, 10);
      expect(all).toMatchObject([{ anomalyId: 'late', knownAt: day(3) }]);
    } finally {
      await on.close();
    }
  });

  it('are of the journey as it was, whatever it became', async () => {
    const on = await SmallWorld.open();
    try {
      await on.define(aJourney());
      const [cart, payment, done] = aJourney().stages;
      if (!cart || !payment || !done) throw new Error('unreachable');
      const later = aJourney({ stages: [{ ...cart, horizon: 3 * HOUR }, done] });
      await on.source.transaction((sql) => addJourneyVersion(sql, later, day(17)));
      await on.flow(traffic());
      const [outage] = anomalies;
      const after = anAnomaly('after', { startedAt: day(17, 2) });
      const onCart = anAnomaly('on cart', { startedAt: day(17, 2), labels: { service: 'cart' } });
      for (const anomaly of [outage, after, onCart]) {
        if (anomaly) await on.take({ anomaly, receivedAt: anomaly.startedAt + MINUTE });
      }
      const mapped = await on.rows(
        'SELECT episode_id, version, stage, horizon_seconds FROM episode_stage ORDER BY episode_id',
      );
      expect(mapped).toEqual([
        { episode_id: 'on cart', version: 2, stage: 'cart', horizon_seconds: 3 * 3600 },
        { episode_id: 'outage', version: 1, stage: 'payment', horizon_seconds: 3600 },
      ]);
      await measureDueOutcomes(on.source, new Baselines(), day(18));
      const all = await outcomesSince(on.source.manager, 0, 100);
      expect(all.find(({ anomalyId }) => anomalyId === 'outage')).toMatchObject({
        stage: 'payment',
        failure: true,
      });
    } finally {
      await on.close();
    }
  });

  it("are told in a segment by the segment's own customers who came in", async () => {
    const on = await SmallWorld.open();
    try {
      await on.define(aJourney());
      const flows: Flow[] = [];
      for (let at = day(0); at < day(3); at += HOUR) {
        const came = { journey: 'checkout', stage: 'cart', bucketStart: at, knownAt: at + HOUR };
        flows.push({ ...came, entered: 50, converted: 20 });
        flows.push({ ...came, segment: 'app', entered: 7, converted: 3 });
      }
      await on.flow(flows);
      const sql = on.source.manager;
      const ground = { sql, baselines: new Baselines(), journeys: [], touched: new Set<string>() };
      const glance = { from: day(2), to: day(2, 2), knownBy: day(3), asOf: day(2) };
      const cameIn = async (segment: string | null): Promise<number | undefined> => {
        const own = { journey: aJourney(), stageIndex: 1, segment };
        const { inflow } = await controlsOf(ground, own, glance);
        return inflow?.series.entered.reduce((sum, entered) => sum + entered, 0);
      };
      expect([await cameIn('app'), await cameIn(null)]).toEqual([14, 114]);
    } finally {
      await on.close();
    }
  });

  it('find the outage and what it cost', () => {
    const outage = outcomes.get('outage');
    expect(outage).toMatchObject({ failure: true, verdict: 'unknown', source: 'measured' });
    const [low = Infinity, high = -Infinity] = outage?.interval ?? [];
    expect(lost).toBeGreaterThan(200);
    expect(low).toBeLessThan(lost);
    expect(high).toBeGreaterThan(lost);
    expect(high - low).toBeLessThan(lost / 2);
    const { startedAt = 0, endedAt = 0 } = outage ?? {};
    expect(Math.abs(startedAt - OUTAGE.from)).toBeLessThanOrEqual(2 * CELL);
    expect(Math.abs(endedAt - OUTAGE.to)).toBeLessThanOrEqual(2 * CELL);
  });

  it('are one failure, however many episodes fire on it', () => {
    expect(outcomes.get('outage too')?.failure).toBe(true);
    expect(outcomes.get('outage too')?.failureId).toBe(outcomes.get('outage')?.failureId);
    expect(outcomes.get('outage')?.failureId).toMatch(/^checkout\/payment\//);
  });

  it('say that a quiet hour was no failure', () => {
    const quiet = outcomes.get('quiet');
    expect(quiet).toMatchObject({ failure: false });
    expect(quiet?.failureProbability).toBeLessThanOrEqual(0.05);
    expect(quiet?.failureId).toBeUndefined();
    expect(quiet === undefined ? null : episodeLabel([quiet])).toMatchObject({ label: 0 });
  });

  it('leave open what too few customers could have shown', () => {
    expect(outcomes.get('thin')).toMatchObject({ failure: null, journey: 'returns' });
    expect(outcomes.get('thin')?.failureProbability).toBeUndefined();
    expect(outcomes.get('thin')?.conversionsLost).toBeUndefined();
  });

  it('teach nothing where a mitigation cut the window short', async () => {
    const mitigated = outcomes.get('mitigated');
    expect(mitigated?.mitigation).toContain('2026-01-21T15:20');
    expect(mitigated === undefined ? undefined : episodeLabel([mitigated])).toBeNull();
    const tally = await world.rows(
      'SELECT anomaly_id, failures, decided FROM label_change ORDER BY anomaly_id',
    );
    expect(tally).toEqual([
      { anomaly_id: 'outage', failures: 1, decided: 1 },
      { anomaly_id: 'outage too', failures: 1, decided: 1 },
      { anomaly_id: 'quiet', failures: 0, decided: 1 },
    ]);
  });

  it('are known when they became due', () => {
    for (const { id, startedAt } of anomalies) {
      expect(outcomes.get(id)?.knownAt).toBe(startedAt + DELAY);
    }
  });

  describe('measured late', () => {
    beforeEach(async () => {
      await world.rows('DELETE FROM outcome');
      await world.rows('DELETE FROM label_change');
      await world.rows('UPDATE episode_stage SET measured_at = NULL');
    });

    const figuresOf = (of: ReadonlyMap<string, StoredOutcome>): unknown =>
      [...of.values()].map(({ revision: _, ...figures }) => figures);

    it('are the same', async () => {
      expect(figuresOf(await measured())).toEqual(figuresOf(outcomes));
    });

    it('use nothing that was known only after they were due', async () => {
      const knownAt = day(17, 23);
      const base = { journey: 'checkout', stage: 'payment', knownAt };
      const restored: Flow[] = [];
      for (let at = day(13); at < day(17); at += CELL) {
        restored.push({ ...base, bucketStart: at, entered: 40, converted: 33 });
        restored.push({ ...base, stage: 'cart', bucketStart: at, entered: -30, converted: -20 });
      }
      await world.flow(restored);
      await world.source.transaction(async (sql) => {
        // People now say that it was mitigated later, and that another one was mitigated too.
        await saveIncident(sql, incident('i', 'mitigated', day(16, 15, 50)), knownAt);
        await saveIncident(sql, incident('j', 'outage', OUTAGE.from + 5 * MINUTE), knownAt);
      });
      expect(figuresOf(await measured())).toEqual(figuresOf(outcomes));
    });
  });
});
