import { drawCounts } from '../statistics/bootstrap.js';
import type { Interval } from '../statistics/interval.js';
import { percentileInterval } from '../statistics/interval.js';
import type { LevelChoice } from './level-choice.js';
import { chooseLevel } from './level-choice.js';

/** Draws of blocks behind an interval. */
const RESAMPLES = 500;

/** Mean difference by block, at the level chosen from the blocks drawn, over those not drawn. */
function meanOutside({ history, goals }: LevelChoice, level: number, draws: Float64Array): number {
  const { costs, currentCosts } = history;
  let [difference, judged] = [0, 0];
  draws.forEach((times, block) => {
    if (times > 0) return;
    const pages = costs.pages[block]?.[level] ?? 0;
    const loss = costs.loss[block]?.[level] ?? 0;
    difference += goals.costPage * pages + loss - (currentCosts[block] ?? 0);
    judged += 1;
  });
  return difference / judged;
}

/**
 * 90 % interval of what choosing a threshold in this way costs less the current one, over as long a
 * time as the history. Blocks are drawn with replacement, the threshold is chosen anew from those
 * drawn and judged on those that were not: the interval holds the luck of the choice too, which
 * drawing at the chosen threshold would hide. Null for fewer than two blocks.
 */
export function savingInterval(choice: LevelChoice, random: () => number): Interval | null {
  const { count } = choice.history.blocks;
  const figures: number[] = [];
  for (let resample = 0; resample < RESAMPLES && count > 1; resample += 1) {
    const draws = drawCounts(count, random);
    const level = chooseLevel(choice, draws);
    // Where every block was drawn nothing is left to judge by: not a number, and left out.
    figures.push(level === null ? Number.NaN : count * meanOutside(choice, level, draws));
  }
  return figures.every(Number.isNaN) ? null : percentileInterval(figures);
}
