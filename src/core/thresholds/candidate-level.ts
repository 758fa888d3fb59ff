import { middleOfStep, stepAt } from './frontier.js';
import type { LevelChoice } from './level-choice.js';
import { chooseLevel } from './level-choice.js';
import type { MissRateBound } from './miss-rate-test.js';
import { failuresNeeded, lastProvedStep } from './miss-rate-test.js';
import type { ThresholdGoals } from './threshold-goals.js';
import { isWithinReach } from './threshold-goals.js';
import type { PricedFrontier } from './threshold-point.js';

/** Fewer failures than this say nothing about the next one. */
const MIN_FAILURES = 5;

/** The level that the goals ask for, and why the evidence does not suffice, where it does not. */
export interface CandidateLevel {
  readonly level: number | null;
  readonly lack: string | null;
}

/** Finds the level that meets the goals on this evidence. */
export function candidateLevel(choice: LevelChoice, priced: PricedFrontier): CandidateLevel {
  const { goals, history } = choice;
  const { evidence, grid, blocks } = history;
  if (priced.frontier.from.length < 3) return { level: null, lack: 'the metric never varies' };
  if (priced.failures === 0) return { level: null, lack: 'there is no failure to judge by' };
  if (grid.length === 0) return { level: null, lack: 'no level stands out from the usual ones' };
  const { missRate } = goals;
  if (missRate !== undefined) return provedLevel(evidence.lowest, priced, { ...goals, missRate });
  const best = chooseLevel(choice, new Float64Array(blocks.count).fill(1));
  if (best === null) return { level: null, lack: 'no threshold meets the constraints' };
  const were = priced.failures === 1 ? '1 failure was' : `${priced.failures} failures were`;
  const seen = `${were} seen, ${MIN_FAILURES} are needed`;
  return { level: grid[best] ?? null, lack: priced.failures < MIN_FAILURES ? seen : null };
}

/** Of the levels whose miss rate is proved, the highest of those with the fewest pages. */
function provedLevel(
  lowest: number,
  priced: PricedFrontier,
  { missRate: bound, ...goals }: ThresholdGoals & { readonly missRate: MissRateBound },
): CandidateLevel {
  const { frontier, failures } = priced;
  const claim = `a miss rate of at most ${bound.alpha} with ${100 * bound.confidence} % confidence`;
  const needed = failuresNeeded(bound);
  if (failures < needed) {
    const lack = `${claim} takes at least ${needed} failures, ${failures} were seen`;
    return { level: null, lack };
  }
  const first = stepAt(frontier, lowest);
  const last = lastProvedStep(frontier, failures, { bound, first });
  if (last === null) return { level: null, lack: `no threshold has ${claim}` };
  const step = fewestPages(priced, goals, [first, last]);
  return step === null
    ? { level: null, lack: `no threshold within the other constraints has ${claim}` }
    : { level: middleOfStep(frontier, step), lack: null };
}

function fewestPages(
  { frontier, weeks }: PricedFrontier,
  goals: ThresholdGoals,
  [first, last]: readonly [number, number],
): number | null {
  const pagesOf = (step: number): number => frontier.pages[step] ?? 0;
  const most = (goals.maxPagesPerWeek ?? Infinity) * weeks;
  let best: number | null = null;
  for (let step = first; step <= last; step += 1) {
    if (pagesOf(step) > most || !isWithinReach(middleOfStep(frontier, step), goals)) continue;
    // Among equals the higher threshold.
    if (best === null || pagesOf(step) <= pagesOf(best)) best = step;
  }
  return best;
}
