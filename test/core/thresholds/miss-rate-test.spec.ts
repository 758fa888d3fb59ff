import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { HOUR } from '../../../src/core/telemetry/time.js';
import { frontierOf, middleOfStep, stepAt } from '../../../src/core/thresholds/frontier.js';
import {
  failuresNeeded,
  lastProvedStep,
  missPValue,
} from '../../../src/core/thresholds/miss-rate-test.js';
import { evidenceOf } from '../../../src/core/thresholds/threshold-evidence.js';
import { suggestThreshold } from '../../../src/core/thresholds/threshold-suggestion.js';

const RULE = { comparison: '>', for: 0, keepFiringFor: 0, groupGap: 0 } as const;
const GOALS = { comparison: '>', costPage: 1, embargo: 0 } as const;

/** Failures six hours apart, each a peak of the metric, quiet between them. */
function worldOf(peaks: readonly number[]): ReturnType<typeof evidenceOf> {
  const at = Float64Array.from({ length: 6 * peaks.length }, (_, i) => i * HOUR);
  const values = at.map((_, i) => (i % 6 === 3 ? (peaks[(i - 3) / 6] ?? 0) : (i % 3) * 0.01));
  const failures = peaks.map((_, i) => ({
    id: `f${i}`,
    startedAt: (6 * i + 3) * HOUR,
    endedAt: (6 * i + 4) * HOUR,
    valueLost: 1,
  }));
  return evidenceOf({ at, values }, RULE, failures, {
    lead: HOUR / 2,
    detect: HOUR / 2,
    savedShare: 1,
  });
}

describe('a proved miss rate', () => {
  it('has the p-values of scipy.stats.binom.cdf(misses, failures, alpha)', () => {
    expect(missPValue(0, 22, 0.1)).toBeCloseTo(0.09847709021836118, 12);
    expect(missPValue(0, 21, 0.1)).toBeCloseTo(0.1094189891315124, 12);
    expect(missPValue(2, 40, 0.1)).toBeCloseTo(0.22280812433940317, 12);
    expect(missPValue(5, 60, 0.2)).toBeCloseTo(0.01210617001856627, 12);
    expect(missPValue(7, 30, 0.05)).toBeCloseTo(0.9999153525064433, 12);
    expect(missPValue(30, 30, 0.05)).toBe(1);
  });

  it('takes 22 failures for a tenth at 90 %', () => {
    const missRate = { alpha: 0.1, confidence: 0.9 };
    expect(failuresNeeded(missRate)).toBe(22);
    const answer = (failures: number): ReturnType<typeof suggestThreshold> =>
      suggestThreshold(
        worldOf(Array.from({ length: failures }, (_, i) => 1 + i)),
        { ...GOALS, missRate },
        seededRandom(1),
      );
    expect(answer(21)).toMatchObject({ verdict: 'insufficient-evidence', suggested: null });
    expect(answer(21).reason).toContain('at least 22 failures, 21 were seen');
    expect(answer(22)).toMatchObject({ verdict: 'lower', suggested: { missed: 0 } });
  });

  it('is broken in no more worlds than it says', () => {
    const missRate = { alpha: 0.1, confidence: 0.9 };
    const worlds = 500;
    let [broken, answered] = [0, 0];
    for (let world = 0; world < worlds; world += 1) {
      const random = seededRandom(world);
      // Peaks are uniform on 0.1..1.1, so a threshold T misses a share of T - 0.1 of all failures to come.
      const { pages, losses, lowest } = worldOf(Array.from({ length: 60 }, () => 0.1 + random()));
      const frontier = frontierOf(pages, losses);
      const first = stepAt(frontier, lowest);
      const proved = lastProvedStep(frontier, losses.length, { bound: missRate, first });
      if (proved === null) continue;
      answered += 1;
      if (middleOfStep(frontier, proved) - 0.1 > missRate.alpha) broken += 1;
    }
    expect(answered).toBeGreaterThan(worlds * 0.95);
    const bound = 0.1 + 2 * Math.sqrt((0.1 * 0.9) / worlds);
    expect(broken / worlds).toBeLessThanOrEqual(bound);
    // A test that never comes near its bound would prove nothing.
    expect(broken / worlds).toBeGreaterThan(0.02);
  });
});
