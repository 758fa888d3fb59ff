import { HOUR, MINUTE, type Duration, type Instant } from '../telemetry/time.js';
import { dropPosterior, type DropPosterior } from './drop-posterior.js';
import type { WindowTable, WindowTotals } from './window-totals.js';

/** A failure lasts at least this long, or it is not looked for. */
export const SHORTEST_FAILURE: Duration = 10 * MINUTE;
/** A failure is followed to its end for at most this long. */
export const LONGEST_FAILURE: Duration = 6 * HOUR;

export interface CandidateWindow {
  readonly window: WindowTotals;
  readonly posterior: DropPosterior;
  /** Posterior weight, relative to all weights of the scan (no failure included) adding up to 1. */
  readonly weight: number;
}

export interface FailureScan {
  /** Probability that nothing dropped, or only later than the episode can be blamed for. */
  readonly none: number;
  /** P(relative drop of conversions >= the smallest that matters), the scan counted. */
  readonly failureProbability: number;
  readonly candidates: readonly CandidateWindow[];
  /** The run of buckets that most likely is the failure; null where there is none to look at. */
  readonly worst: CandidateWindow | null;
}

export interface ScanOptions {
  /** Failures begin before this moment (from the table's first bucket on). */
  readonly until: Instant;
  readonly minRelativeDrop: number;
  /** How often an episode is a failure, before looking. */
  readonly prior: number;
}

/** Lengths in buckets: each one at first, then in steps of about a seventh. */
function lengthsOf(width: Duration): number[] {
  const longest = Math.floor(LONGEST_FAILURE / width);
  const lengths: number[] = [];
  let length = Math.max(1, Math.ceil(SHORTEST_FAILURE / width));
  while (length <= longest) {
    lengths.push(length);
    length = Math.max(length + 1, Math.round(length * 1.15));
  }
  return lengths;
}

interface Weighed {
  readonly window: WindowTotals;
  readonly posterior: DropPosterior;
  readonly logWeight: number;
}

interface Start {
  readonly bucket: number;
  readonly prior: number;
}

/** Half of the failures are there when the episode starts; the others begin at any time after. */
function startPrior(start: number, starts: number): number {
  return 0.5 / starts + (start === 0 ? 0.5 : 0);
}

function weigh(table: WindowTable, options: ScanOptions, starts: readonly Start[]): Weighed[] {
  const lengths = lengthsOf(table.width);
  // Log-uniform lengths: a failure of minutes is as likely as one of hours.
  const shares = lengths.map((length, i) => Math.log((lengths[i + 1] ?? length * 1.15) / length));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const weighed: Weighed[] = [];
  for (const { bucket, prior } of starts) {
    lengths.forEach((length, i) => {
      if (bucket + length > table.buckets) return;
      const window = table.totals(bucket, bucket + length);
      const posterior = dropPosterior(window, options.minRelativeDrop);
      const logPrior = Math.log((prior * (shares[i] ?? 0)) / total);
      weighed.push({ window, posterior, logWeight: logPrior + posterior.logEvidence });
    });
  }
  return weighed;
}

/** How many failures begin in an hour that no episode told of: about one in four days. */
const UNTOLD_PER_HOUR = 0.01;
const LATER_STEP: Duration = 15 * MINUTE;

/** Starts after the window, in steps: what began there is not the episode's. */
function laterStarts(table: WindowTable, starts: number): Start[] {
  const step = Math.max(1, Math.round(LATER_STEP / table.width));
  const prior = (UNTOLD_PER_HOUR * step * table.width) / HOUR;
  const later: Start[] = [];
  for (let bucket = starts; bucket < table.buckets; bucket += step) later.push({ bucket, prior });
  return later;
}

const sumExp = (weighed: readonly Weighed[], scale: number): number =>
  weighed.reduce((sum, { logWeight }) => sum + Math.exp(logWeight - scale), 0);

function posteriorOf(
  weighed: readonly Weighed[],
  logNone: number,
  later: readonly Weighed[],
): Omit<FailureScan, 'worst'> {
  const scale = [...weighed, ...later].reduce(
    (most, { logWeight }) => Math.max(most, logWeight),
    logNone,
  );
  const none = Math.exp(logNone - scale) + sumExp(later, scale);
  const total = none + sumExp(weighed, scale);
  const candidates = weighed.map(({ window, posterior, logWeight }) => ({
    window,
    posterior,
    weight: Math.exp(logWeight - scale) / total,
  }));
  const failureProbability = candidates.reduce(
    (sum, { weight, posterior }) => sum + weight * posterior.shareLarge,
    0,
  );
  return { none: none / total, failureProbability, candidates };
}

/** Below this there is nothing for a later failure to explain. */
const UNLIKELY = 0.05;

/**
 * Searches the worst contiguous run of buckets. Every run is weighed against no failure by its
 * Bayes factor, with the prior spread over all runs, so that looking in many places is paid for
 * (Bayesian scan statistic: Neill, Moore & Cooper 2005).
 */
export function scanForFailure(table: WindowTable, options: ScanOptions): FailureScan {
  const { prior, until } = options;
  const within = Math.max(1, Math.ceil((until - table.timeOf(0)) / table.width));
  const starts = Math.min(table.buckets, within);
  const own = Array.from({ length: starts }, (_, bucket) => ({
    bucket,
    prior: prior * startPrior(bucket, starts),
  }));
  const weighed = weigh(table, options, own);
  const logNone = Math.log(1 - prior);
  let posterior = posteriorOf(weighed, logNone, []);
  if (posterior.failureProbability > UNLIKELY) {
    const later = weigh(table, options, laterStarts(table, starts));
    posterior = posteriorOf(weighed, logNone, later);
  }
  const worst = posterior.candidates.reduce<CandidateWindow | null>(
    (most, next) => (most && most.weight >= next.weight ? most : next),
    null,
  );
  return { ...posterior, worst };
}
