import { WEEK } from '../telemetry/time.js';
import { blockOf } from './cost-blocks.js';
import type { CostHistory } from './cost-history.js';
import type { ExpectedCosts } from './expected-costs.js';
import { expectedCosts } from './expected-costs.js';
import type { ThresholdGoals } from './threshold-goals.js';
import { isWithinReach } from './threshold-goals.js';

/** A choice between the grid's levels as it would be on other draws of the same blocks. */
export interface LevelChoice {
  readonly history: CostHistory;
  readonly goals: ThresholdGoals;
  readonly expected: ExpectedCosts;
  /** The block of each failure. */
  readonly failureBlocks: readonly number[];
}

/** Prepares choices from the failures of the history's evidence. */
export function levelChoice(history: CostHistory, goals: ThresholdGoals): LevelChoice {
  const { evidence, blocks, grid, costs } = history;
  return {
    history,
    goals,
    expected: expectedCosts(evidence, grid, costs.pages),
    failureBlocks: evidence.losses.map(({ failure }) => blockOf(blocks, failure.startedAt)),
  };
}

function addRow(sum: Float64Array, row: Float64Array, times: number): void {
  if (times === 0) return;
  for (let g = 0; g < sum.length; g += 1) sum[g] = (sum[g] ?? 0) + times * (row[g] ?? 0);
}

function drawnSum(rows: readonly Float64Array[], draws: Float64Array, size: number): Float64Array {
  const sum = new Float64Array(size);
  rows.forEach((row, block) => {
    addRow(sum, row, draws[block] ?? 0);
  });
  return sum;
}

/** The allowed level of least cost, or null where none is; among equals the higher pages less. */
function cheapestLevel(costs: Float64Array, isAllowed: (g: number) => boolean): number | null {
  let best: number | null = null;
  for (let g = 0; g < costs.length; g += 1) {
    const isBetter = best === null || (costs[g] ?? 0) <= (costs[best] ?? 0);
    if (isBetter && isAllowed(g)) best = g;
  }
  return best;
}

/**
 * The level that is expected to be cheapest where block b counts `draws[b]` times, within what the
 * goals allow; null where they allow none.
 */
export function chooseLevel(choice: LevelChoice, draws: Float64Array): number | null {
  const { history, goals, expected, failureBlocks } = choice;
  const { grid, costs, blocks } = history;
  const pages = drawnSum(costs.pages, draws, grid.length);
  const weeks = (draws.reduce((sum, times) => sum + times, 0) * blocks.width) / WEEK;
  const most = (goals.maxPagesPerWeek ?? Infinity) * weeks;
  const total = drawnSum(expected.pages, draws, grid.length);
  for (let g = 0; g < total.length; g += 1) total[g] = (total[g] ?? 0) * goals.costPage;
  expected.losses.forEach((row, i) => {
    addRow(total, row, draws[failureBlocks[i] ?? 0] ?? 0);
  });
  return cheapestLevel(total, (g) => {
    return (pages[g] ?? 0) <= most && isWithinReach(grid[g] ?? 0, goals);
  });
}
