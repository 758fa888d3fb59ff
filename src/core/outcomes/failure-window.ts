import type { Instant } from '../telemetry/time.js';
import { FailureCourse, logAdd } from './failure-course.js';
import { SHORTEST_FAILURE, failurePieces, type FailurePiece } from './failure-pieces.js';
import { startPriors } from './failure-starts.js';
import type { TimeSpan } from './stage-series.js';
import type { WindowTable } from './window-totals.js';

/** A piece that the episode's failure may begin with. */
export interface FirstPiece extends FailurePiece {
  /** Posterior weight, relative to all weights of the scan (no failure included) adding up to 1. */
  readonly weight: number;
}

export interface FailureScan {
  /** Probability that nothing dropped, or only later than the episode can be blamed for. */
  readonly none: number;
  /** P(relative drop of conversions >= the smallest that matters), the scan counted. */
  readonly failureProbability: number;
  readonly candidates: readonly FirstPiece[];
  readonly course: FailureCourse;
  /** The run of buckets that most likely is the failure; null where there is none to look at. */
  readonly worst: TimeSpan | null;
}

export interface ScanOptions {
  /** The failure has not ended by then: the episode's start. */
  readonly startedAt: Instant;
  /** Failures begin before this moment (from the table's first bucket on). */
  readonly until: Instant;
  readonly minRelativeDrop: number;
  /** How often an episode is a failure, before looking. */
  readonly prior: number;
}

interface Hypotheses {
  readonly pieces: readonly FailurePiece[];
  /** Runs that were over when the episode started: they explain what was seen before it. */
  readonly over: readonly FailurePiece[];
  readonly logPriors: readonly number[];
  readonly logNone: number;
  readonly starts: number;
}

/** The episode's failure, where there is one, stands beside whatever began after it was over. */
function posteriorOf(
  { pieces, over, logPriors, logNone, starts }: Hypotheses,
  course: FailureCourse,
): Omit<FailureScan, 'worst'> {
  const clear = course.logClear(starts);
  const none = over
    .map(({ start, logWeight }) => (logPriors[start] ?? -Infinity) + logWeight + clear)
    .reduce(logAdd, logNone + clear);
  const logs = pieces.map((piece) => (logPriors[piece.start] ?? -Infinity) + course.logOf(piece));
  const all = logs.reduce(logAdd, none);
  const candidates = pieces.map((piece, i) => ({
    ...piece,
    weight: Math.exp((logs[i] ?? -Infinity) - all),
  }));
  const failureProbability = candidates.reduce(
    (sum, candidate) => sum + candidate.weight * course.isLarge(candidate),
    0,
  );
  return { none: Math.exp(none - all), failureProbability, candidates, course };
}

function heaviest<T>(pieces: readonly T[], weightOf: (piece: T) => number): T | null {
  return pieces.reduce<T | null>(
    (most, next) => (most !== null && weightOf(most) >= weightOf(next) ? most : next),
    null,
  );
}

const isMild = ({ posterior }: FailurePiece): boolean => posterior.shareLarge < 0.9;

/** The most likely first piece, and those after it while they are failures that more likely go on. */
function worstRun(
  table: WindowTable,
  { candidates, course }: Omit<FailureScan, 'worst'>,
): TimeSpan | null {
  const first = heaviest(candidates, ({ weight }) => weight);
  if (first === null) return null;
  let run: FailurePiece[] = [first];
  for (let last: FailurePiece = first; course.goesOn(last) > 0.5;) {
    const next = heaviest(course.piecesFrom(last.end), (piece) => course.logOf(piece));
    if (next === null || isMild(next)) break;
    run = isMild(last) ? [next] : [...run, next];
    last = next;
  }
  const { start } = run[0] ?? first;
  const { end } = run.at(-1) ?? first;
  return { startedAt: table.timeOf(start), endedAt: table.timeOf(end) };
}

/** Below this there is nothing to follow, and nothing for a later failure to explain. */
const UNLIKELY = 0.05;

/**
 * Searches the worst contiguous run of buckets. Every run is weighed against no failure by its
 * Bayes factor, with the prior spread over all runs, so that looking in many places is paid for
 * (Bayesian scan statistic: Neill, Moore & Cooper 2005).
 */
export function scanForFailure(table: WindowTable, options: ScanOptions): FailureScan {
  const { prior, startedAt, until, minRelativeDrop } = options;
  const { buckets, width } = table;
  const first = Math.max(0, Math.floor((startedAt - table.timeOf(0)) / width));
  const within = Math.max(first + 1, Math.ceil((until - table.timeOf(0)) / width));
  const starts = Math.min(buckets, within);
  const reaching = first + Math.ceil(SHORTEST_FAILURE / width) - 1;
  const all = failurePieces(table, { from: 0, to: starts }, minRelativeDrop);
  const pieces = all.filter(({ end }) => end > reaching);
  const over = all.filter(({ end }) => end <= reaching);
  const size = { buckets, starts, width };
  const logPriors = startPriors(Math.min(first, starts - 1), starts, width).map((share) =>
    Math.log(prior * share),
  );
  const hypotheses = { pieces, over, logPriors, logNone: Math.log(1 - prior), starts };
  let posterior = posteriorOf(hypotheses, new FailureCourse([], size));
  if (posterior.failureProbability > UNLIKELY) {
    const later = failurePieces(table, { from: starts, to: buckets }, minRelativeDrop);
    posterior = posteriorOf(hypotheses, new FailureCourse([...pieces, ...later], size));
  }
  return { ...posterior, worst: worstRun(table, posterior) };
}
