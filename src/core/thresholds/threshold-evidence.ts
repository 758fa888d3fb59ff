import { quantileOfSorted } from '../statistics/interval.js';
import type { Duration, Instant } from '../telemetry/time.js';
import type { AlertRule } from './alert-rule.js';
import type { Evaluations } from './evaluations.js';
import type { CatchRule, PricedFailure } from './failure-loss.js';
import { lossPieces } from './failure-loss.js';
import type { FiringLevels } from './firing-levels.js';
import { firingLevels } from './firing-levels.js';
import type { FailureLoss } from './frontier.js';
import type { Pages } from './pages.js';
import { levelAtOnset } from './level-at-onset.js';
import { pagesOf, pagesTogether } from './pages.js';
import { anyFiring } from './series-groups.js';

/** Everything that thresholds of one rule are judged by; levels rise with severity. */
export interface ThresholdEvidence {
  readonly pages: Pages;
  readonly losses: readonly FailureLoss[];
  /** The stretch of time that was seen. */
  readonly from: Instant;
  readonly until: Instant;
  /** Below this level nothing is proposed. */
  readonly lowest: number;
  /** A usual level and the usual spread around it, which say on what scale levels are near. */
  readonly centre: number;
  readonly spread: number;
}

/**
 * A rule that fires more of the time than this is no alarm: it covers failures by chance, with few
 * pages, so that its costs mean nothing.
 */
export const MAX_FIRING_SHARE = 0.25;

/** So many looks say what levels are usual. */
const LOOKS_FOR_SCALE = 20_000;

function sortedSample(levels: Float64Array): Float64Array {
  const every = Math.max(1, Math.floor(levels.length / LOOKS_FOR_SCALE));
  const sample = levels.filter((level, k) => k % every === 0 && Number.isFinite(level));
  return sample.sort();
}

function spreadOf(sorted: Float64Array): number {
  const middleHalf = quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25);
  if (middleHalf > 0) return middleHalf;
  const centre = quantileOfSorted(sorted, 0.5);
  const deviation = sorted.reduce((sum, level) => sum + Math.abs(level - centre), 0);
  return deviation > 0 ? deviation / sorted.length : 1;
}

/** The usual level of a list and the usual distance from it. */
export function scaleOf(levels: Float64Array): Pick<ThresholdEvidence, 'centre' | 'spread'> {
  const sorted = sortedSample(levels);
  if (sorted.length === 0) return { centre: 0, spread: 1 };
  return { centre: quantileOfSorted(sorted, 0.5), spread: spreadOf(sorted) };
}

/** Failures whose onset was seen, and those that lie outside the history. */
export function failuresSeen(
  failures: readonly PricedFailure[],
  { at }: Pick<Evaluations, 'at'>,
): { inside: PricedFailure[]; outside: PricedFailure[] } {
  const [first, last] = [at[0] ?? Infinity, at.at(-1) ?? -Infinity];
  const isSeen = ({ startedAt }: PricedFailure): boolean => startedAt >= first && startedAt <= last;
  return {
    inside: failures.filter(isSeen),
    outside: failures.filter((failure) => !isSeen(failure)),
  };
}

/** Replays a rule over what it saw (at least one look) and matches it to the failures in it. */
export function evidenceOf(
  seen: Evaluations,
  rule: AlertRule,
  failures: readonly PricedFailure[],
  catching: CatchRule,
): ThresholdEvidence {
  return evidenceOfFiring([firingLevels(seen, rule)], rule.groupGap, failures, catching);
}

/**
 * The same of several groups of series that page each by itself (at least one). What share of the
 * time the rule fires is counted over all of them.
 */
export function evidenceOfFiring(
  groups: readonly FiringLevels[],
  gap: Duration,
  failures: readonly PricedFailure[],
  catching: CatchRule,
): ThresholdEvidence {
  const pages = pagesTogether(groups.map((firing) => pagesOf(firing, gap)));
  const losses = failures.map((failure) => {
    const open = groups.map((firing) => levelAtOnset(firing, failure.startedAt, gap));
    return { failure, pieces: lossPieces(failure, pages, Math.max(...open), catching) };
  });
  const { at, levels } = anyFiring(groups);
  const sorted = sortedSample(levels);
  const [from, last] = [at[0] ?? 0, at.at(-1) ?? 0];
  return {
    pages,
    losses,
    from,
    // The last look stands for as long as the others.
    until: last + (last - from) / Math.max(1, at.length - 1),
    lowest: sorted.length === 0 ? Infinity : quantileOfSorted(sorted, 1 - MAX_FIRING_SHARE),
    ...scaleOf(levels),
  };
}
