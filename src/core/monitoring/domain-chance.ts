import type { BlockStatistic } from './block-draws.js';
import { drawUntil, noDraws, pOfDraws } from './block-draws.js';
import { blockLength, cut } from './block-permutation.js';
import { codedNumbers, inOrder } from './coded-series.js';
import { numericSample } from './drift-sample.js';

/** Chances of being of now, of rows that a classifier had not seen, in their order. */
export interface DomainFold {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** The level that blocks must be able to tell, and draws at most. */
const [LEVEL, MOST_DRAWS] = [0.05, 2000];

/** Mann and Whitney's area: how often a row of the part lies above one of the rest, ties half. */
const areaAbove: BlockStatistic = (part, total) => {
  let [below, rows, area] = [0, 0, 0];
  for (let cell = 0; cell < part.length; cell += 1) {
    const here = part[cell] ?? 0;
    const rest = (total[cell] ?? 0) - here;
    area += here * (below + rest / 2);
    below += rest;
    rows += here;
  }
  return area / (rows * below);
};

const areaBelow: BlockStatistic = (part, total) => 1 - areaAbove(part, total);

/**
 * How often blocks of rows that change sides at random are told apart as well by what a classifier
 * says of them; null where rows depend on each other too far for that.
 */
export function domainChance(fold: DomainFold, random: () => number): number | null {
  const { reference, current } = fold;
  const samples = { reference: numericSample(reference), current: numericSample(current) };
  const order = { reference: inOrder(reference.length), current: inOrder(current.length) };
  const series = codedNumbers(fold, samples, order);
  const blockRows = blockLength(series, LEVEL);
  if (blockRows === null) return null;
  const blocks = cut(series, blockRows);
  // The part is the side with fewer blocks.
  const statistic = blocks.current <= blocks.reference ? areaAbove : areaBelow;
  const look = { blocks, statistic, most: MOST_DRAWS };
  return pOfDraws(drawUntil(look, noDraws(look), { random, draws: MOST_DRAWS }));
}
