import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR, MINUTE, WEEK } from '../../../src/core/telemetry/time.js';
import type { PricedFailure } from '../../../src/core/thresholds/failure-loss.js';
import type { ThresholdEvidence } from '../../../src/core/thresholds/threshold-evidence.js';
import { evidenceOf } from '../../../src/core/thresholds/threshold-evidence.js';
import { suggestThreshold } from '../../../src/core/thresholds/threshold-suggestion.js';

const STEP = 10 * MINUTE;
const CATCHING = { lead: 30 * MINUTE, detect: 30 * MINUTE, savedShare: 1 };

/** Noise of 0..1, harmless bumps to about 2, failures with bumps to 4..6. */
function world(seed: number, weeks = 14, sign = 1, catching = CATCHING): ThresholdEvidence {
  const random = seededRandom(seed);
  const at = Float64Array.from({ length: (weeks * WEEK) / STEP }, (_, i) => i * STEP);
  const values = at.map(() => random());
  const failures: PricedFailure[] = [];
  for (let i = 50; i < at.length - 20; i += 60 + Math.floor(random() * 60)) {
    const isFailure = random() < 0.15;
    const height = isFailure ? 4 + 2 * random() : 1 + random();
    for (let k = 0; k < 6; k += 1) values[i + k] = height - 0.1 * k;
    const startedAt = at[i] ?? 0;
    if (isFailure)
      failures.push({ id: `f${i}`, startedAt, endedAt: startedAt + HOUR, valueLost: 30 });
  }
  const rule = { comparison: sign > 0 ? '>' : '<', for: 0, keepFiringFor: 0, groupGap: 0 } as const;
  return evidenceOf({ at, values: values.map((value) => sign * value) }, rule, failures, catching);
}

const goals = (current?: number) =>
  ({ comparison: '>', costPage: 1, current, embargo: DAY }) as const;

describe('a suggested threshold', () => {
  it('raises one that pages on every bump, to between bumps and failures', () => {
    const suggestion = suggestThreshold(world(1), goals(1.2), seededRandom(1));
    expect(suggestion.verdict).toBe('raise');
    expect(suggestion.suggested?.threshold).toBeGreaterThan(2);
    expect(suggestion.suggested?.threshold).toBeLessThan(4);
    expect(suggestion.suggested).toMatchObject({ missed: 0 });
    expect(suggestion.interval?.[1]).toBeLessThan(0);
    expect(suggestion.flips.length).toBeGreaterThan(50);
    expect(suggestion.flips.every((day) => day % DAY === 0)).toBe(true);
    const { walkForward: walk } = suggestion;
    expect(walk?.cost).toBeLessThan(walk?.currentCost ?? 0);
    expect(walk?.bestCost).toBeLessThanOrEqual(walk?.cost ?? 0);
  });

  it('lowers one that misses failures, and names those that would still be missed', () => {
    const evidence = world(2);
    const suggestion = suggestThreshold(evidence, goals(5.9), seededRandom(1));
    expect(suggestion.verdict).toBe('lower');
    expect(suggestion.missed).toHaveLength(suggestion.suggested?.missed ?? -1);
    const bound = suggestThreshold(evidence, { ...goals(5.9), floor: 5.5 }, seededRandom(1));
    expect(bound.suggested?.threshold).toBeGreaterThanOrEqual(5.5);
    expect(bound.missed).toHaveLength(bound.suggested?.missed ?? -1);
    expect(bound.missed.length).toBeGreaterThan(0);
  });

  it('does not call a failure missed that a page caught without saving anything', () => {
    const evidence = world(2, 14, 1, { ...CATCHING, savedShare: 0 });
    const { missed, suggested } = suggestThreshold(
      evidence,
      { ...goals(1.2), missRate: { alpha: 0.2, confidence: 0.9 } },
      seededRandom(1),
    );
    expect(suggested?.caught).toBeGreaterThan(10);
    expect(missed).toHaveLength(suggested?.missed ?? -1);
  });

  it('keeps a good one', () => {
    const { verdict, suggested } = suggestThreshold(world(3), goals(3), seededRandom(1));
    expect({ verdict, threshold: suggested?.threshold }).toMatchObject({ verdict: 'keep' });
  });

  it('mirrors for rules that fire below', () => {
    const above = suggestThreshold(world(4), goals(1.2), seededRandom(1));
    const below = suggestThreshold(
      world(4, 14, -1),
      { ...goals(-1.2), comparison: '<' },
      seededRandom(1),
    );
    expect(below.suggested?.threshold).toBe(-(above.suggested?.threshold ?? 0));
    expect(below.verdict).toBe('lower');
    expect(below.interval).toEqual(above.interval);
  });

  it('stays within the pages that are allowed, and moves for them', () => {
    const suggestion = suggestThreshold(
      world(5),
      { ...goals(1.2), maxPagesPerWeek: 1 },
      seededRandom(1),
    );
    expect(suggestion.suggested?.pagesPerWeek).toBeLessThanOrEqual(1);
    expect(suggestion.verdict).toBe('raise');
    expect(suggestion.reason).toContain('pages a week, more than 1');
  });

  it('moves no further than it may', () => {
    const { suggested } = suggestThreshold(
      world(1),
      { ...goals(1.2), maxStep: 0.25 },
      seededRandom(1),
    );
    expect(suggested?.threshold).toBeLessThanOrEqual(1.5);
    expect(suggested?.threshold).toBeGreaterThan(1.2);
  });

  it('says so where the evidence does not suffice', () => {
    const evidence = world(1);
    const few = { ...evidence, losses: evidence.losses.slice(0, 4) };
    expect(suggestThreshold(few, goals(1.2), seededRandom(1))).toMatchObject({
      verdict: 'insufficient-evidence',
      reason: '4 failures were seen, 5 are needed',
    });
    const none = { ...evidence, losses: [] };
    expect(suggestThreshold(none, goals(1.2), seededRandom(1))).toMatchObject({
      verdict: 'insufficient-evidence',
      reason: 'there is no failure to judge by',
      suggested: { threshold: 1.2 },
    });
    const rule = { comparison: '>', for: 0, keepFiringFor: 0, groupGap: 0 } as const;
    const flat = evidenceOf(
      { at: Float64Array.of(0, 1, 2), values: Float64Array.of(7, 7, 7) },
      rule,
      [{ id: 'f', startedAt: 1, endedAt: 2, valueLost: 1 }],
      CATCHING,
    );
    expect(suggestThreshold(flat, goals(7), seededRandom(1))).toMatchObject({
      verdict: 'insufficient-evidence',
      reason: 'the metric never varies',
    });
  });

  it('is the same for the same data and seed', () => {
    const answer = (): string =>
      JSON.stringify(suggestThreshold(world(6), goals(2), seededRandom(9)));
    expect(answer()).toBe(answer());
  });
});
