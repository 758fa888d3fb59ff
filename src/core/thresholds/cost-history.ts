import { thresholdLevel } from './alert-rule.js';
import type { BlockCosts, TimeBlocks } from './cost-blocks.js';
import { blockCosts, timeBlocks } from './cost-blocks.js';
import type { ThresholdEvidence } from './threshold-evidence.js';
import type { ThresholdGoals } from './threshold-goals.js';

/** What the grid's levels and the current threshold cost, block by block. */
export interface CostHistory {
  readonly evidence: ThresholdEvidence;
  readonly blocks: TimeBlocks;
  readonly grid: Float64Array;
  readonly costs: BlockCosts;
  readonly currentCosts: Float64Array;
}

/** The level of the threshold in use: infinity, at which nothing pages, where there is none. */
export function currentLevel({ current, comparison }: ThresholdGoals): number {
  return current === undefined ? Infinity : thresholdLevel(current, comparison);
}

/** Cost of one level by block. */
export function costsAt(
  evidence: ThresholdEvidence,
  level: number,
  costPage: number,
): Float64Array {
  const { pages, loss } = blockCosts(evidence, Float64Array.of(level), timeBlocks(evidence));
  return Float64Array.from(
    pages,
    (count, block) => costPage * (count[0] ?? 0) + (loss[block]?.[0] ?? 0),
  );
}

/** Counts what each level would have cost in each block. */
export function costHistory(
  evidence: ThresholdEvidence,
  grid: Float64Array,
  goals: ThresholdGoals,
): CostHistory {
  const blocks = timeBlocks(evidence);
  return {
    evidence,
    blocks,
    grid,
    costs: blockCosts(evidence, grid, blocks),
    currentCosts: costsAt(evidence, currentLevel(goals), goals.costPage),
  };
}
