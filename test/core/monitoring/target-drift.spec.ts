import { describe, expect, it } from '@jest/globals';

import { featureTable } from '../../../src/core/features/feature-table.js';
import { driftReference } from '../../../src/core/monitoring/drift-reference.js';
import type { JudgedAnswer } from '../../../src/core/monitoring/performance-answer.js';
import type { TargetDrift } from '../../../src/core/monitoring/target-drift.js';
import { targetDrift } from '../../../src/core/monitoring/target-drift.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

interface Row {
  readonly group: string;
  readonly probability: number;
  readonly label: 0 | 1;
}

interface World {
  /** Episodes of an incident. */
  readonly size: number;
  /** Incidents that go on at one time. */
  readonly atOnce?: number;
  readonly rate?: number;
  readonly rise?: number;
}

/** Incidents whose episodes are answered alike and fail together, one among the others in time. */
function rowsOf(random: () => number, count: number, world: World): Row[] {
  const { size, atOnce = 1, rate = 0.2, rise = 0 } = world;
  let incidents = 0;
  const begun = () => {
    incidents += 1;
    const label: 0 | 1 = random() < rate ? 1 : 0;
    return { group: `i${incidents}`, level: 0.7 * random(), label, left: size };
  };
  const open = Array.from({ length: atOnce }, begun);
  return Array.from({ length: count }, () => {
    const place = Math.floor(random() * open.length);
    const incident = open[place] ?? begun();
    incident.left -= 1;
    if (incident.left === 0) open[place] = begun();
    const { group, level, label } = incident;
    return { group, label, probability: level + 0.1 * random() + rise };
  });
}

const answerOf = ({ group, probability, label }: Row, i: number): JudgedAnswer => ({
  ...{ episodeId: `e${i}`, journey: 'checkout', stage: 'payment', segment: null, source: 'test' },
  ...{ modelVersion: 'm1', asOf: i, probability, priority: probability, features: {}, dueAt: i },
  ...{ state: 'labelled', label, share: 1, labelKnownAt: i, group, failure: null, audit: null },
});

const schema = { features: [] };

function driftOf(seed: number, before: World, now = before, keepsLatest = true): TargetDrift {
  const random = seededRandom(seed);
  const training = rowsOf(random, 2000, before);
  const reference = driftReference(
    featureTable(
      schema,
      training.map(() => ({})),
    ),
    training.map(({ label }) => label),
    {
      predict: () => Float64Array.from(training, ({ probability }) => probability),
      contributions: () => new Float64Array(0),
    },
    training.map(({ group }) => group),
  );
  const { latestTargets, ...older } = reference;
  const kept = keepsLatest ? { ...older, latestTargets } : older;
  const answers = rowsOf(random, 800, now).map(answerOf);
  return targetDrift({ reference: kept as typeof reference, model: 'm1' }, answers, random);
}

const drifted = (found: readonly TargetDrift[], target: keyof TargetDrift): number =>
  found.filter((one) => one[target].verdict === 'drifted').length;

describe("drift of a model's answers and their outcomes", () => {
  it.each([
    ['alone', 1],
    ['among those of others', 10],
  ])('is not seen where episodes of an incident, %s, are alike', (_, atOnce) => {
    const found = Array.from({ length: 50 }, (__, i) => driftOf(i, { size: 4, atOnce }));
    expect(drifted(found, 'prediction')).toBeLessThanOrEqual(4);
    expect(drifted(found, 'label')).toBeLessThanOrEqual(4);
  });

  it('is seen where it is there', () => {
    const alone = Array.from({ length: 10 }, (_, i) =>
      driftOf(i, { size: 1 }, { size: 1, rate: 0.3, rise: 0.1 }),
    );
    expect(drifted(alone, 'prediction')).toBe(10);
    expect(drifted(alone, 'label')).toBeGreaterThan(7);
    const { prediction, label } = driftOf(1, { size: 4 }, { size: 4, rate: 0.5, rise: 0.15 });
    expect([prediction.verdict, label.verdict]).toEqual(['drifted', 'drifted']);
  });

  it('is not judged where a model kept no latest rows', () => {
    const { prediction, label } = driftOf(1, { size: 1 }, { size: 1 }, false);
    expect([prediction.verdict, label.verdict]).toEqual(['not-enough-data', 'not-enough-data']);
    expect(label.reason).toBe('0 and 800 rows in order of time; 30 a side are needed');
  });
});
