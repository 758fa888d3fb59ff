import { HOUR, MINUTE, type Duration } from '../telemetry/time.js';
import type { FailurePiece } from './failure-pieces.js';

/** Failures with less than this between them are one. */
export const MERGE_GAP: Duration = 15 * MINUTE;

/** How often a piece of a failure is followed by one of another severity. */
const CHANGES = 0.3;
/** How many failures begin in an hour that no episode told of: about one in four days. */
const UNTOLD_PER_HOUR = 0.01;

/** Relative variance of the entries from which on the baseline hardly knows what is usual. */
export const LITTLE_KNOWN = 0.09;

/** log(exp(a) + exp(b)). */
export function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return high === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

interface Extent {
  readonly buckets: number;
  /** From this bucket on, failures may begin that no episode told of. */
  readonly starts: number;
  readonly width: Duration;
}

/**
 * Everything that may follow a piece of a failure, summed up from the last bucket back: it goes on
 * with another severity, or ends, and others begin no sooner than the gap after it (the backward
 * recursion of a hidden semi-Markov model: Yu 2010).
 */
export class FailureCourse {
  private readonly from: readonly FailurePiece[][];
  /** By bucket: log evidence of a piece beginning there. */
  private readonly begins: Float64Array;
  /** By bucket: log evidence of no failure running there, others beginning later included. */
  private readonly clear: Float64Array;
  private readonly gap: number;

  /** By bucket before `starts`: how likely one of the pieces from there on is large. */
  private readonly large: Float64Array;

  constructor(
    pieces: readonly FailurePiece[],
    private readonly extent: Extent,
  ) {
    const { buckets, starts, width } = extent;
    this.gap = Math.ceil(MERGE_GAP / width);
    this.from = Array.from({ length: buckets }, () => []);
    for (const piece of pieces) this.from[piece.start]?.push(piece);
    this.begins = new Float64Array(buckets + 1).fill(-Infinity);
    this.clear = new Float64Array(buckets + 1);
    this.large = new Float64Array(buckets + 1);
    const logUntold = Math.log((UNTOLD_PER_HOUR * width) / HOUR);
    for (let bucket = buckets - 1; bucket >= 0; bucket -= 1) {
      const logs = this.piecesFrom(bucket).map((piece) => this.logOf(piece));
      const begins = logs.reduce(logAdd, -Infinity);
      const later = this.clear[bucket + 1] ?? 0;
      this.begins[bucket] = begins;
      if (bucket < starts) this.large[bucket] = this.largeOf(bucket, logs, begins);
      this.clear[bucket] = bucket < starts ? later : logAdd(later, logUntold + begins);
    }
  }

  /** The pieces that begin in a bucket. */
  piecesFrom(bucket: number): readonly FailurePiece[] {
    return this.from[bucket] ?? [];
  }

  /** Log evidence of no failure running in a bucket. */
  logClear(bucket: number): number {
    return this.clear[bucket] ?? 0;
  }

  /** Log evidence of a piece and all that may follow it. */
  logOf(piece: FailurePiece): number {
    return piece.logWeight + logAdd(this.logEnds(piece), this.logGoesOn(piece));
  }

  /** How likely the failure goes on after a piece. */
  goesOn(piece: FailurePiece): number {
    return 1 / (1 + Math.exp(this.logEnds(piece) - this.logGoesOn(piece)));
  }

  /** How likely a failure that begins with a piece has, in the window, a drop as large as asked for. */
  isLarge(piece: FailurePiece): number {
    const { shareLarge } = piece.posterior;
    return shareLarge + (1 - shareLarge) * this.goesOn(piece) * (this.large[piece.end] ?? 0);
  }

  private largeOf(bucket: number, logs: readonly number[], begins: number): number {
    return this.piecesFrom(bucket).reduce(
      (sum, piece, i) => sum + Math.exp((logs[i] ?? -Infinity) - begins) * this.isLarge(piece),
      0,
    );
  }

  private logEnds({ end }: FailurePiece): number {
    const next = Math.min(this.clear.length - 1, end + this.gap);
    return Math.log(1 - CHANGES) + (this.clear[next] ?? 0);
  }

  /** What is too mild to be a failure by itself becomes one only where others may not begin yet. */
  private logGoesOn({ end, posterior, window }: FailurePiece): number {
    // What is hardly known errs alike in every piece: they would not tell of it each by itself.
    if (window.entriesExcess > LITTLE_KNOWN) return -Infinity;
    const share = end < this.extent.starts ? 1 : posterior.shareLarge;
    return Math.log(CHANGES * share) + (this.begins[end] ?? -Infinity);
  }
}
