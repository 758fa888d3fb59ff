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
  /** Probability that nothing dropped. */
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

/** Half of the failures are there when the episode starts; the others begin at any time after. */
function startPrior(start: number, starts: number): number {
  return 0.5 / starts + (start === 0 ? 0.5 : 0);
}

function weighAll(table: WindowTable, options: ScanOptions): Weighed[] {
  const starts = Math.min(
    table.buckets,
    Math.max(1, Math.ceil((options.until - table.timeOf(0)) / table.width)),
  );
  const lengths = lengthsOf(table.width);
  // Log-uniform lengths: a failure of minutes is as likely as one of hours.
  const shares = lengths.map((length, i) => Math.log((lengths[i + 1] ?? length * 1.15) / length));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const weighed: Weighed[] = [];
  for (let start = 0; start < starts; start += 1) {
    lengths.forEach((length, i) => {
      if (start + length > table.buckets) return;
      const window = table.totals(start, start + length);
      const posterior = dropPosterior(window, options.minRelativeDrop);
      const prior = (options.prior * startPrior(start, starts) * (shares[i] ?? 0)) / total;
      weighed.push({ window, posterior, logWeight: Math.log(prior) + posterior.logEvidence });
    });
  }
  return weighed;
}

/**
 * Searches the worst contiguous run of buckets. Every run is weighed against no failure by its
 * Bayes factor, with the prior spread over all runs, so that looking in many places is paid for
 * (Bayesian scan statistic: Neill, Moore & Cooper 2005).
 */
export function scanForFailure(table: WindowTable, options: ScanOptions): FailureScan {
  const weighed = weighAll(table, options);
  const logNone = Math.log(1 - options.prior);
  const top = weighed.reduce((most, { logWeight }) => Math.max(most, logWeight), logNone);
  const total = weighed.reduce(
    (sum, { logWeight }) => sum + Math.exp(logWeight - top),
    Math.exp(logNone - top),
  );
  const candidates = weighed.map(({ window, posterior, logWeight }) => ({
    window,
    posterior,
    weight: Math.exp(logWeight - top) / total,
  }));
  let worst: CandidateWindow | null = null;
  let failureProbability = 0;
  for (const candidate of candidates) {
    failureProbability += candidate.weight * candidate.posterior.shareLarge;
    if (!worst || candidate.weight > worst.weight) worst = candidate;
  }
  return { none: Math.exp(logNone - top) / total, failureProbability, candidates, worst };
}
