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
  /** Milliseconds that each learner's last fit is likely to need, amply. */
  private readonly needs = new Map<string, number>();
  /** The learners that theirs is kept back for. */
  private readonly kept = new Set<string>();

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
  keepBack(learner: string, milliseconds: number): void {
    this.needs.set(learner, milliseconds);
    this.kept.add(learner);
  }

  /** Gives up what was kept back for others than these. */
  keepOnlyFor(learners: ReadonlySet<string>): void {
    for (const learner of this.kept) if (!learners.has(learner)) this.kept.delete(learner);
  }

  /**
   * What a learner's last fit is told: what was kept back for it, and all that nobody needs; even
   * past the end what it is likely to take.
   */
  lastFit(learner: string): FitOptions {
    this.kept.delete(learner);
    const least = this.limit.now() + (this.needs.get(learner) ?? 0) / MARGIN;
    return { remaining: () => Math.max(this.ends - this.keptBack, least) - this.limit.now() };
  }

  private get keptBack(): number {
    return [...this.kept].reduce((sum, learner) => sum + (this.needs.get(learner) ?? 0), 0);
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
