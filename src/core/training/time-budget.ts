import type { FitOptions } from './classifier.js';

/** A running clock in milliseconds, and how many of them there are. */
export interface TimeLimit {
  readonly now: () => number;
  readonly milliseconds: number;
}

/** No limit, and no clock to tell how long anything took. */
export const UNLIMITED: TimeLimit = { now: () => 0, milliseconds: Infinity };

/** A learner that was not used, and why, in plain words. */
export interface LeftOut {
  readonly learner: string;
  readonly reason: string;
}

// The rest is for choosing, and for a last fit that looks at the clock a moment late.
const FITTING = 0.95;

// A learner that would get less of the time than this is not begun.
const LEAST_SHARE = 0.05;

// Learners that do not watch the time may run over by so much before they are given up.
const PATIENCE = 1.5;

// A last fit may take longer than those before it made likely, and one cut short is not what was judged.
const MARGIN = 2;

/**
 * Shares the time left out among learners. Fits are taken to last in proportion to their rows; what
 * a learner will need for its last fit, on everything, is kept back while others are judged.
 */
export class TimeBudget {
  private readonly ends: number;
  private keptBack = 0;

  constructor(private readonly limit: TimeLimit) {
    this.ends = limit.now() + FITTING * limit.milliseconds;
  }

  /**
   * What a learner may use for fits of so many rows in all, its share where `learners` are yet to
   * come (itself among them); null where next to nothing is left.
   */
  lease(rows: number, learners: number): TimeLease | null {
    const left = this.ends - this.limit.now() - this.keptBack;
    if (left < LEAST_SHARE * this.limit.milliseconds) return null;
    return new TimeLease(this.limit.now, { available: left / learners, rows });
  }

  /** Keeps milliseconds back for a learner's last fit. */
  keepBack(milliseconds: number): void {
    this.keptBack += milliseconds;
  }

  /**
   * What a last fit is told for which so much was kept back: that, and all that nobody needs; even
   * past the end what it is likely to take.
   */
  lastFit(own: number): FitOptions {
    this.keptBack -= own;
    const least = this.limit.now() + own / MARGIN;
    return { remaining: () => Math.max(this.ends - this.keptBack, least) - this.limit.now() };
  }
}

/** One learner's share of the time. */
class TimeLease {
  private used = 0;
  private rows = 0;
  private begun = 0;

  private readonly perRow: number;

  constructor(
    private readonly now: () => number,
    private readonly whole: { readonly available: number; readonly rows: number },
  ) {
    this.perRow = whole.available / whole.rows;
  }

  /** What the next fit of so many rows is told. */
  begin(rows: number): FitOptions {
    const start = this.now();
    this.begun = start;
    this.rows += rows;
    return { remaining: () => this.perRow * rows - (this.now() - start) };
  }

  /** Ends the fit that was begun last. */
  end(): void {
    this.used += this.now() - this.begun;
  }

  /** Whether the learner is far over its time. */
  get isOver(): boolean {
    return this.used > PATIENCE * this.perRow * this.rows;
  }

  /** Milliseconds to keep back for a fit of so many rows: ample by those before it, if they left so much. */
  expected(rows: number): number {
    if (this.rows === 0) return 0;
    const ample = MARGIN * (this.used / this.rows) * rows;
    return Math.max(0, Math.min(ample, this.whole.available - this.used));
  }
}

export type { TimeLease };
