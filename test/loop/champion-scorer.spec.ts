import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { extractFeatures } from '../../src/core/features/anomaly-features.js';
import type { StageTraffic } from '../../src/core/features/feature-context.js';
import type {
  ChangeRecord,
  EpisodeRecord,
  FeatureHistory,
  LabelRecord,
} from '../../src/core/features/feature-history.js';
import { contextOf } from '../../src/core/features/feature-history.js';
import type { FeatureRow } from '../../src/core/features/feature-schema.js';
import { serviceOf } from '../../src/core/features/service-of.js';
import type { Baseline } from '../../src/core/outcomes/baseline.js';
import { changeSpans } from '../../src/core/outcomes/known-trouble.js';
import type { Change } from '../../src/core/telemetry/change.js';
import { expectedAt, fitBaseline } from '../../src/core/outcomes/baseline.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import { SEVERITIES } from '../../src/core/telemetry/anomaly.js';
import type { Instant } from '../../src/core/telemetry/time.js';
import { DAY, HOUR, MINUTE, bucketStart } from '../../src/core/telemetry/time.js';
import { ChampionScorer } from '../../src/loop/champion-scorer.js';
import { recordOutcome } from '../../src/loop/record-outcome.js';
import type { Arrival } from '../../src/loop/take-anomalies.js';
import { saveChange } from '../../src/storage/change.store.js';
import { ModelFiles } from '../../src/storage/model-files.js';
import type { ScoredEpisode } from '../../src/storage/prediction.store.js';
import type { Flow } from './small-world.js';
import { SmallWorld, aJourney, anAnomaly, anOutcome, day } from './small-world.js';

const CELL = 5 * MINUTE;
const LAST = day(10);
const journey = aJourney();
const random = seededRandom(7);
const within = (low: number, high: number): number => low + Math.floor(random() * (high - low));
const pick = <T>(values: readonly [T, ...T[]]): T => values[within(0, values.length)] ?? values[0];

const SERVICES = ['payment', 'cart', 'search'] as const;
/** Where an anomaly of a service lands. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  payment: ['checkout/payment'],
  cart: ['checkout/cart'],
};

interface Lived {
  readonly arrival: Arrival;
  /** The same anomaly when its end came. */
  readonly end: Arrival | null;
}

/** Ten days of anomalies that come up to three hours late; half of them tell their end, later still. */
const lived: readonly Lived[] = Array.from({ length: 150 }, (_, i) => {
  const startedAt = day(0) + within(0, 10 * 24 * 60) * MINUTE;
  const receivedAt = startedAt + pick([MINUTE, 2 * MINUTE, 3 * HOUR]);
  const anomaly = anAnomaly(`a${i}`, {
    startedAt,
    name: pick(['PaymentErrors', 'Latency', 'Saturation']),
    severity: pick(SEVERITIES),
    // Repeats within the gap are the episodes' own test.
    fingerprint: `f${i % 50}-${Math.floor(startedAt / (3 * HOUR))}`,
    source: pick(['prometheus', 'datadog']),
    labels: { service: pick(SERVICES) },
    value: random(),
  });
  const arrival = { anomaly, receivedAt };
  if (random() < 0.5) return { arrival, end: null };
  const endedAt = receivedAt + within(1, 300) * MINUTE;
  const end = { anomaly: { ...anomaly, endedAt }, receivedAt: endedAt + within(0, 90) * MINUTE };
  return { arrival, end };
});

const changes: readonly ChangeRecord[] = Array.from({ length: 40 }, (_, i) => {
  const occurredAt = day(0) + within(0, 10 * 24 * 60) * MINUTE;
  const labels = { service: pick(SERVICES) };
  const knownAt = occurredAt + pick([0, 5 * MINUTE, 5 * HOUR]);
  return { id: `c${i}`, kind: pick(['release', 'flag'] as const), occurredAt, labels, knownAt };
});

const labels: readonly LabelRecord[] = lived.slice(0, 100).flatMap(({ arrival }) => {
  const { anomaly, receivedAt } = arrival;
  const service = serviceOf(anomaly.labels);
  const [stage] = STAGES[service ?? ''] ?? [];
  if (stage === undefined) return [];
  const knownAt = receivedAt + within(1, 48) * HOUR;
  const failure = random() < 0.4;
  return [{ anomalyId: anomaly.id, rule: anomaly.name, service, stage, failure, knownAt }];
});

/** Entries and conversions of each bucket, told late in part. */
const flows: readonly Flow[] = ['cart', 'payment', 'done'].flatMap((stage) =>
  Array.from({ length: 10 * 288 }, (_, i): Flow[] => {
    const start = day(0) + i * CELL;
    const cell = { journey: 'checkout', stage, bucketStart: start };
    const [entered, converted] = [within(5, 20), stage === 'done' ? 0 : within(1, 5)];
    const knownAt = start + CELL;
    const late = start + pick([CELL, 40 * MINUTE, 20 * HOUR]);
    return [
      { ...cell, knownAt, entered, converted: 0 },
      { ...cell, knownAt: late + MINUTE, entered: 1, converted },
    ];
  }).flat(),
);

const history: FeatureHistory = {
  changes,
  labels,
  episodes: lived.map(({ arrival, end }): EpisodeRecord => {
    const { anomaly, receivedAt } = arrival;
    const service = serviceOf(anomaly.labels);
    return {
      anomalyId: anomaly.id,
      rule: anomaly.name,
      service,
      // A fingerprint means something within its source.
      fingerprint: `${anomaly.source}/${anomaly.fingerprint}`,
      severity: anomaly.severity,
      stages: STAGES[service ?? ''] ?? [],
      startedAt: anomaly.startedAt,
      knownAt: receivedAt,
      endedAt: end?.anomaly.endedAt ?? null,
      endKnownAt: end?.receivedAt ?? null,
    };
  }),
};

/** A stage's buckets as known at a moment, from the flows alone. */
function series(
  stage: string,
  from: Instant,
  to: Instant,
  knownBy: Instant,
): { entered: Float64Array; converted: Float64Array } {
  const length = Math.round((to - from) / CELL);
  const [entered, converted] = [new Float64Array(length), new Float64Array(length)];
  for (const flow of flows) {
    const index = (flow.bucketStart - from) / CELL;
    if (flow.stage !== stage || flow.knownAt > knownBy || index < 0 || index >= length) continue;
    entered[index] = (entered[index] ?? 0) + flow.entered;
    converted[index] = (converted[index] ?? 0) + flow.converted;
  }
  return { entered, converted };
}

/** Changes as they are stored. */
const changesKnownBy = (moment: Instant): Change[] =>
  changes
    .filter(({ knownAt, occurredAt }) => knownAt <= moment && occurredAt < moment)
    .map(({ knownAt: _, ...change }) => ({ ...change, title: change.id }));

const baselines = new Map<string, Baseline>();

function baselineOf(stageIndex: number, asOf: Instant): Baseline {
  const today = bucketStart(asOf, DAY);
  const stage = journey.stages[stageIndex]?.key ?? '';
  const key = `${stage} ${today}`;
  const known = baselines.get(key);
  if (known !== undefined) return known;
  const to = stage === 'done' ? today : today - journey.window;
  const { entered, converted } = series(stage, day(0), to, today);
  const stages = { start: day(0), width: CELL, entered };
  const fitted = fitBaseline(
    { ...stages, converted: stage === 'done' ? entered : converted },
    { asOf: to, masked: changeSpans(journey, stageIndex, changesKnownBy(today)) },
  );
  baselines.set(key, fitted);
  return fitted;
}

function trafficOf(stageIndex: number, asOf: Instant): StageTraffic {
  const end = bucketStart(asOf, CELL);
  const came = (index: number, span: number): number => {
    const { entered } = series(journey.stages[index]?.key ?? '', end - span, end, asOf);
    return entered.reduce((sum, n) => sum + n, 0);
  };
  const usual = (index: number, from: Instant, span: number): number => {
    let sum = 0;
    for (let at = from; at < from + span; at += CELL) {
      sum += expectedAt(baselineOf(index, asOf), at).entries;
    }
    return sum;
  };
  const [quarter, next] = [15 * MINUTE, stageIndex + 1];
  return {
    entries15: came(stageIndex, quarter),
    entries60: came(stageIndex, HOUR),
    usualEntries15: usual(stageIndex, end - quarter, quarter),
    usualEntries60: usual(stageIndex, end - HOUR, HOUR),
    conversions15: came(next, quarter),
    conversions60: came(next, HOUR),
    usualConversions15: usual(next, end - quarter, quarter),
    usualConversions60: usual(next, end - HOUR, HOUR),
    expectedConversionsPerHour: usual(next, end, HOUR),
  };
}

/** The features by the pure reference. */
function referenceOf({ anomaly, receivedAt: asOf }: Arrival): FeatureRow {
  const service = serviceOf(anomaly.labels);
  const stageIndex = service === 'cart' ? 0 : 1;
  const { key: stage = '', weight: stageWeight = 0, mappings } = journey.stages[stageIndex] ?? {};
  const subject = {
    anomalyId: anomaly.id,
    rule: anomaly.name,
    service,
    fingerprint: `${anomaly.source}/${anomaly.fingerprint}`,
    stage: `checkout/${stage}`,
  };
  const relevance = mappings?.[0]?.relevance ?? 0;
  const mapping = { journey: 'checkout', stage, stageIndex, stageCount: 3, stageWeight, relevance };
  const newest = flows.reduce(
    (max, { knownAt }) => (knownAt <= asOf ? Math.max(max, knownAt) : max),
    -Infinity,
  );
  const context = {
    ...contextOf(history, subject, asOf),
    traffic: trafficOf(stageIndex, asOf),
    freshnessSeconds: (asOf - newest) / 1000,
  };
  return extractFeatures(anomaly, mapping, context, asOf);
}

const CUT = day(6, 7);

const subjects = lived
  .map(({ arrival }) => arrival)
  .filter(({ anomaly, receivedAt }) => {
    const isMapped = (STAGES[anomaly.labels['service'] ?? ''] ?? []).length > 0;
    return isMapped && receivedAt <= CUT && receivedAt > day(1, 2);
  })
  .filter((_, i) => i % 2 === 0);

/** Lets the world know everything of a stretch of time, in the order in which it became known. */
async function live(world: SmallWorld, from: Instant, to: Instant): Promise<void> {
  const known = (at: Instant): boolean => at > from && at <= to;
  await world.flow(flows.filter(({ knownAt }) => known(knownAt)));
  for (const { knownAt, ...change } of changes.filter((one) => known(one.knownAt))) {
    await saveChange(world.source.manager, { ...change, title: change.id }, knownAt);
  }
  const arrivals = lived
    .flatMap(({ arrival, end }) => (end === null ? [arrival] : [arrival, end]))
    .filter(({ receivedAt }) => known(receivedAt))
    .sort((a, b) => a.receivedAt - b.receivedAt);
  await world.take(...arrivals);
  const told = labels.filter(({ knownAt }) => known(knownAt));
  await world.source.transaction(async (sql) => {
    for (const { anomalyId, stage, failure, knownAt } of told) {
      const outcome = anOutcome(`o-${anomalyId}`, anomalyId, {
        stage: stage.replace('checkout/', ''),
        failure,
        verdict: 'unknown',
      });
      expect(await recordOutcome(sql, outcome, knownAt)).toBe('stored');
    }
  });
}

async function scoreAll(world: SmallWorld): Promise<ScoredEpisode[]> {
  const scorer = new ChampionScorer(new ModelFiles('nowhere'));
  const items = subjects.map(({ anomaly, receivedAt }) => {
    return { anomaly, episodeId: anomaly.id, asOf: receivedAt };
  });
  return (await scorer.score(world.source.manager, items)).flat();
}

describe('what an anomaly is scored on', () => {
  let world: SmallWorld;
  let before: ScoredEpisode[];
  let after: ScoredEpisode[];

  beforeAll(async () => {
    world = await SmallWorld.open();
    await world.define(journey);
    await live(world, -Infinity, CUT);
    before = await scoreAll(world);
    await live(world, CUT, LAST);
    after = await scoreAll(world);
  });

  afterAll(async () => {
    await world.close();
  });

  it('is what the pure reference says of the same history', () => {
    expect(subjects.length).toBeGreaterThan(20);
    for (const [i, subject] of subjects.entries()) {
      const logged = before[i]?.features ?? {};
      const reference = referenceOf(subject);
      expect(Object.keys(logged)).toEqual(Object.keys(reference));
      for (const [name, value] of Object.entries(reference)) {
        const one = [subject.anomaly.id, name, logged[name]];
        if (typeof value !== 'number') expect(one).toEqual([subject.anomaly.id, name, value]);
        else expect(one).toEqual([subject.anomaly.id, name, expect.closeTo(value, 9)]);
      }
    }
  });

  it('is no other once more is known', () => {
    expect(after).toEqual(before);
  });
});
