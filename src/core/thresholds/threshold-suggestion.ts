import type { Interval } from '../statistics/interval.js';
import type { Instant } from '../telemetry/time.js';
import { WEEK } from '../telemetry/time.js';
import { thresholdLevel } from './alert-rule.js';
import { candidateLevel } from './candidate-level.js';
import { isMissed } from './cost-blocks.js';
import { costHistory, currentLevel } from './cost-history.js';
import type { PricedFailure } from './failure-loss.js';
import { flippedDays } from './flips.js';
import { frontierOf, stepAt } from './frontier.js';
import type { LevelChoice } from './level-choice.js';
import { levelChoice } from './level-choice.js';
import type { SavingOutlook } from './saving-outlook.js';
import { savingOutlook } from './saving-outlook.js';
import type { ThresholdEvidence } from './threshold-evidence.js';
import type { ThresholdGoals } from './threshold-goals.js';
import { thresholdGrid } from './threshold-grid.js';
import type { PricedFrontier, ThresholdPoint } from './threshold-point.js';
import { frontierPoints, pointAt, readableThreshold } from './threshold-point.js';
import type { ThresholdCase, ThresholdRuling, ThresholdVerdict } from './threshold-verdict.js';
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
  /**
   * 99 % prediction interval of the suggested cost less the current over as long a time again as the
   * history; see `savingOutlook`.
   */
  readonly interval: Interval | null;
  /** Probability that the suggested one costs more in that time. */
  readonly chanceDearer: number | null;
  /** From the evidence's lowest level on, by rising level. */
  readonly frontier: readonly ThresholdPoint[];
  /** The days (starts, UTC) on which one of both would have paged and the other not. */
  readonly flips: readonly Instant[];
  /** Failures that the suggested threshold would have missed. */
  readonly missed: readonly PricedFailure[];
  readonly walkForward: WalkForward | null;
}

const UNKNOWN = { interval: null, chanceDearer: null } as const;

const NOTHING = {
  ...UNKNOWN,
  verdict: 'insufficient-evidence',
  flips: [],
  missed: [],
  walkForward: null,
} as const;

function missedAt({ losses }: ThresholdEvidence, level: number): PricedFailure[] {
  const missed = losses.filter((loss) => isMissed(loss, level));
  return missed.map(({ failure }) => failure);
}

/** Says what speaks for a level; one that changes nothing is told as the current threshold. */
function judge(
  { history, goals }: LevelChoice,
  priced: PricedFrontier,
  wanted: number,
): Omit<ThresholdCase, 'outlook'> & { readonly level: number } {
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

function ruled(
  judged: Omit<ThresholdCase, 'outlook'>,
  outlook: SavingOutlook | null,
  lack: string | null,
): ThresholdRuling {
  if (outlook !== null && lack === null) return ruleOnThreshold({ ...judged, outlook });
  return { verdict: 'insufficient-evidence', reason: lack ?? 'the history is too short' };
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
  const isChosen = goals.missRate === undefined && judged.level !== currentLevel(goals);
  const outlook = savingOutlook(choice, judged.level, { isChosen, random });
  return {
    ...ruled(judged, outlook, lack),
    ...(outlook ?? UNKNOWN),
    current,
    suggested: judged.suggested,
    frontier: points,
    flips: flippedDays(evidence.pages, currentLevel(goals), judged.level),
    missed: missedAt(evidence, judged.level),
    walkForward: judged.walk,
  };
}
