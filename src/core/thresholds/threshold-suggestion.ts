import { pairedBootstrap } from '../statistics/bootstrap.js';
import type { Interval } from '../statistics/interval.js';
import type { Instant } from '../telemetry/time.js';
import { WEEK } from '../telemetry/time.js';
import { thresholdLevel } from './alert-rule.js';
import { candidateLevel } from './candidate-level.js';
import { lossShare } from './cost-blocks.js';
import { costHistory, costsAt, currentLevel } from './cost-history.js';
import { flippedDays } from './flips.js';
import { frontierOf, stepAt } from './frontier.js';
import type { LevelChoice } from './level-choice.js';
import { levelChoice } from './level-choice.js';
import { savingInterval } from './saving-interval.js';
import type { ThresholdEvidence } from './threshold-evidence.js';
import type { ThresholdGoals } from './threshold-goals.js';
import { thresholdGrid } from './threshold-grid.js';
import type { PricedFrontier, ThresholdPoint } from './threshold-point.js';
import { frontierPoints, pointAt, readableThreshold } from './threshold-point.js';
import type { ThresholdCase, ThresholdVerdict } from './threshold-verdict.js';
import { ruleOnThreshold } from './threshold-verdict.js';
import type { WalkForward } from './walk-forward.js';
import { walkForward } from './walk-forward.js';

/** Points of a frontier that an answer holds at most. */
const FRONTIER_POINTS = 1000;

/** A proposed threshold with what speaks for it; costs are over the whole history. */
export interface ThresholdSuggestion {
  readonly verdict: ThresholdVerdict;
  readonly reason: string;
  /** Null where there is no rule yet. */
  readonly current: ThresholdPoint | null;
  /** The best estimate, whatever the verdict; null where there is none. */
  readonly suggested: ThresholdPoint | null;
  /** 90 % interval of the suggested cost less the current over as long a time; see `savingInterval`. */
  readonly interval: Interval | null;
  /** From the evidence's lowest level on, by rising level. */
  readonly frontier: readonly ThresholdPoint[];
  /** The days (starts, UTC) on which one of both would have paged and the other not. */
  readonly flips: readonly Instant[];
  /** Failures that the suggested threshold would have missed. */
  readonly missedFailureIds: readonly string[];
  readonly walkForward: WalkForward | null;
}

const NOTHING = {
  verdict: 'insufficient-evidence',
  interval: null,
  flips: [],
  missedFailureIds: [],
  walkForward: null,
} as const;

/** The interval at this one level: where the miss rate chose it, choosing anew is no question. */
function intervalAt(
  { history, goals }: LevelChoice,
  level: number,
  random: () => number,
): Interval {
  const costs = costsAt(history.evidence, level, goals.costPage);
  const differences = costs.map((cost, block) => cost - (history.currentCosts[block] ?? 0));
  const { interval } = pairedBootstrap({ differences }, { random });
  return [interval[0] * differences.length, interval[1] * differences.length];
}

function missedAt({ losses }: ThresholdEvidence, level: number): string[] {
  const missed = losses.filter((loss) => lossShare(loss, level) === 1);
  return missed.map(({ failure }) => failure.id);
}

/** Says what speaks for a level; one that changes nothing is told as the current threshold. */
function judge(
  { history, goals }: LevelChoice,
  priced: PricedFrontier,
  wanted: number,
): Omit<ThresholdCase, 'interval'> & { readonly level: number } {
  const { comparison, current } = goals;
  const isSame = stepAt(priced.frontier, currentLevel(goals)) === stepAt(priced.frontier, wanted);
  const threshold = current !== undefined && isSame ? current : readableThreshold(priced, wanted);
  return {
    level: thresholdLevel(threshold, comparison),
    goals,
    suggested: pointAt(priced, threshold),
    current: current === undefined ? null : pointAt(priced, current),
    walk: goals.missRate === undefined ? walkForward(history, goals) : null,
  };
}

/**
 * Proposes a threshold: the cheapest by the smoothed cost curve within the constraints, or the one of
 * fewest pages whose miss rate is proved. It never applies itself.
 *
 * @param random draws the blocks of the interval; seeded by the caller.
 */
export function suggestThreshold(
  evidence: ThresholdEvidence,
  goals: ThresholdGoals,
  random: () => number,
): ThresholdSuggestion {
  const frontier = frontierOf(evidence.pages, evidence.losses);
  const priced: PricedFrontier = {
    frontier,
    comparison: goals.comparison,
    failures: evidence.losses.length,
    costPage: goals.costPage,
    weeks: (evidence.until - evidence.from) / WEEK,
  };
  const history = costHistory(evidence, thresholdGrid(evidence, frontier), goals);
  const choice = levelChoice(history, goals);
  const { level, lack } = candidateLevel(choice, priced);
  const points = frontierPoints(priced, evidence.lowest, FRONTIER_POINTS);
  const current = goals.current === undefined ? null : pointAt(priced, goals.current);
  if (level === null) {
    return { ...NOTHING, reason: lack ?? '', current, suggested: current, frontier: points };
  }
  const judged = judge(choice, priced, level);
  const interval =
    goals.missRate === undefined
      ? savingInterval(choice, random)
      : intervalAt(choice, judged.level, random);
  const missing = interval === null ? 'the history is too short' : lack;
  const ruling =
    interval !== null && missing === null
      ? ruleOnThreshold({ ...judged, interval })
      : { verdict: 'insufficient-evidence' as const, reason: missing ?? '' };
  return {
    ...ruling,
    current,
    suggested: judged.suggested,
    interval,
    frontier: points,
    flips: flippedDays(evidence.pages, currentLevel(goals), judged.level),
    missedFailureIds: missedAt(evidence, judged.level),
    walkForward: judged.walk,
  };
}
