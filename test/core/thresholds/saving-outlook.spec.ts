import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR, WEEK } from '../../../src/core/telemetry/time.js';
import { costHistory, costsAt } from '../../../src/core/thresholds/cost-history.js';
import { levelChoice } from '../../../src/core/thresholds/level-choice.js';
import { savingOutlook } from '../../../src/core/thresholds/saving-outlook.js';
import type { SavingOutlook } from '../../../src/core/thresholds/saving-outlook.js';
import type { ThresholdEvidence } from '../../../src/core/thresholds/threshold-evidence.js';

const WEEKS = 16;
const GOALS = { comparison: '>', costPage: 1, current: 6, embargo: DAY } as const;

/** Two failures a week that rise to 2..10, and six harmless pages that rise to 1 and seldom far above. */
function lived(random: () => number): ThresholdEvidence {
  const [at, high]: [number[], number[]] = [[], []];
  const losses: ThresholdEvidence['losses'][number][] = [];
  for (let hour = 0; hour < WEEKS * 168; hour += 1) {
    const startedAt = hour * HOUR;
    if (random() < 2 / 168) {
      const failure = { id: `f${hour}`, startedAt, endedAt: startedAt + HOUR };
      const peak = 2 + 8 * random();
      const valueLost = -6 * Math.log(1 - random());
      losses.push({
        failure: { ...failure, valueLost },
        pieces: [{ low: -Infinity, high: peak, share: 0 }],
      });
      at.push(startedAt);
      high.push(peak);
    } else if (random() < 6 / 168) {
      at.push(startedAt);
      high.push(1 - 2 * Math.log(1 - random()));
    }
  }
  return {
    pages: {
      at: Float64Array.from(at),
      low: new Float64Array(at.length),
      high: Float64Array.from(high),
    },
    losses,
    ...{ from: 0, until: WEEKS * WEEK, lowest: 1, centre: 0, spread: 1 },
  };
}

const cost = (evidence: ThresholdEvidence, level: number): number =>
  costsAt(evidence, level, 1).reduce((sum, one) => sum + one, 0);

function outlookOf(evidence: ThresholdEvidence, level: number, seed: number): SavingOutlook {
  const grid = Float64Array.from({ length: 9 }, (_, i) => 1.5 + i);
  const choice = levelChoice(costHistory(evidence, grid, GOALS), GOALS);
  const outlook = savingOutlook(choice, level, { isChosen: false, random: seededRandom(seed) });
  if (outlook === null) throw new Error('no outlook');
  return outlook;
}

describe('what a threshold will cost over as long again', () => {
  it('is foretold with the luck of the past and of the time to come', () => {
    const worlds = 50;
    let [outside, dearer, foretold, width] = [0, 0, 0, 0];
    const differences: number[] = [];
    for (let world = 0; world < worlds; world += 1) {
      const random = seededRandom(world + 1);
      const { interval, chanceDearer } = outlookOf(lived(random), 4, world);
      const later = lived(random);
      const difference = cost(later, 4) - cost(later, GOALS.current);
      if (difference < interval[0] || difference > interval[1]) outside += 1;
      differences.push(difference);
      width += (interval[1] - interval[0]) / worlds;
      if (difference > 0) dearer += 1;
      foretold += chanceDearer;
    }
    // A hundredth is meant to lie outside; of 50, three or fewer in 998 of 1,000 cases.
    expect(outside).toBeLessThanOrEqual(3);
    // With the luck of both, of two normal numbers 7.3 standard deviations of one.
    const mean = differences.reduce((sum, one) => sum + one, 0) / worlds;
    const spread = Math.sqrt(
      differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (worlds - 1),
    );
    expect(width).toBeGreaterThan(6 * spread);
    expect(width).toBeLessThan(12 * spread);
    expect(Math.abs(dearer - foretold)).toBeLessThan(worlds * 0.1);
  });

  it('is nothing for the current threshold, and the same for the same seed', () => {
    const evidence = lived(seededRandom(1));
    expect(outlookOf(evidence, GOALS.current, 1)).toEqual({ interval: [0, 0], chanceDearer: 0 });
    expect(outlookOf(evidence, 4, 1)).toEqual(outlookOf(evidence, 4, 1));
  });

  it('counts with failures between two thresholds where none was seen yet', () => {
    const evidence = lived(seededRandom(2));
    const losses = evidence.losses.filter(({ pieces: [piece] }) => {
      const peak = piece?.high ?? 0;
      return peak < 5.7 || peak > 6.6;
    });
    const level = 6.5;
    const pages = { at: new Float64Array(), low: new Float64Array(), high: new Float64Array() };
    const quiet = { ...evidence, pages, losses };
    expect(cost(quiet, level)).toBe(cost(quiet, GOALS.current));
    expect(outlookOf(quiet, level, 1).interval[1]).toBeGreaterThan(5);
  });
});
