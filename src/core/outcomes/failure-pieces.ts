import { HOUR, MINUTE, type Duration } from '../telemetry/time.js';
import { dropPosterior, type DropPosterior } from './drop-posterior.js';
import type { WindowTable, WindowTotals } from './window-totals.js';

/** A failure lasts at least this long, or it is not looked for. */
export const SHORTEST_FAILURE: Duration = 10 * MINUTE;
/** A failure is followed to its end for at most this long. */
export const LONGEST_FAILURE: Duration = 6 * HOUR;

/** A run of buckets in which a failure may have one and the same severity. */
export interface FailurePiece {
  readonly start: number;
  /** The first bucket after it. */
  readonly end: number;
  readonly window: WindowTotals;
  readonly posterior: DropPosterior;
  /** Log of its Bayes factor against no drop, times how likely a piece has this length. */
  readonly logWeight: number;
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

/**
 * Weighs the runs of every length that begin in a stretch of buckets. Lengths are log-uniform:
 * minutes are as likely as hours.
 */
export function failurePieces(
  table: WindowTable,
  stretch: { readonly from: number; readonly to: number },
  minRelativeDrop: number,
): FailurePiece[] {
  const lengths = lengthsOf(table.width);
  const shares = lengths.map((length, i) => Math.log((lengths[i + 1] ?? length * 1.15) / length));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const pieces: FailurePiece[] = [];
  for (let start = stretch.from; start < stretch.to; start += 1) {
    lengths.forEach((length, i) => {
      const end = start + length;
      if (end > table.buckets) return;
      const window = table.totals(start, end);
      const posterior = dropPosterior(window, minRelativeDrop);
      const logWeight = Math.log((shares[i] ?? 0) / total) + posterior.logEvidence;
      pieces.push({ start, end, window, posterior, logWeight });
    });
  }
  return pieces;
}
