import type { CostHistory } from './cost-history.js';
import { chooseLevel, levelChoice } from './level-choice.js';
import type { ThresholdGoals } from './threshold-goals.js';

/** What choosing again and again from the past would have cost afterwards. */
export interface WalkForward {
  /** Blocks (weeks, or days of a short history) that were judged. */
  readonly blocks: number;
  /** Cost with the threshold chosen from what was known before each block. */
  readonly cost: number;
  /** Cost with the current threshold, or without the rule where there is none. */
  readonly currentCost: number;
  /** Cost of the one grid threshold that was best in hindsight. */
  readonly bestCost: number;
}

/** The choice from the first `known` blocks alone; null where they hold no failure. */
function learnt(history: CostHistory, goals: ThresholdGoals, known: number): number | null {
  const { evidence, blocks } = history;
  const until = blocks.from + known * blocks.width;
  const losses = evidence.losses.filter(({ failure }) => failure.startedAt < until);
  if (losses.length === 0) return null;
  const choice = levelChoice({ ...history, evidence: { ...evidence, losses } }, goals);
  return chooseLevel(choice, new Float64Array(blocks.count).fill(1, 0, known));
}

/**
 * Judges the way of choosing on what it had not seen: from the middle of the history on, each block
 * with a threshold chosen from the blocks that ended an embargo before it. Null where nothing could
 * be judged.
 */
export function walkForward(history: CostHistory, goals: ThresholdGoals): WalkForward | null {
  const { blocks, grid, costs, currentCosts } = history;
  const held = Math.ceil(goals.embargo / blocks.width);
  const judged = { blocks: 0, cost: 0, currentCost: 0 };
  const hindsight = new Float64Array(grid.length);
  for (let block = (blocks.count >> 1) + held; block < blocks.count; block += 1) {
    const level = learnt(history, goals, block - held);
    if (level === null) continue;
    const [pages, loss] = [costs.pages[block], costs.loss[block]];
    const costOf = (g: number): number => goals.costPage * (pages?.[g] ?? 0) + (loss?.[g] ?? 0);
    judged.blocks += 1;
    judged.cost += costOf(level);
    judged.currentCost += currentCosts[block] ?? 0;
    for (let g = 0; g < grid.length; g += 1) hindsight[g] = (hindsight[g] ?? 0) + costOf(g);
  }
  return judged.blocks === 0 ? null : { ...judged, bestCost: Math.min(...hindsight) };
}
