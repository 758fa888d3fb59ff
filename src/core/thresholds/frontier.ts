import { countBelow } from './bounds.js';
import type { LossPiece, PricedFailure } from './failure-loss.js';
import type { Pages } from './pages.js';
import { sortDoubles } from './sort-doubles.js';

/** A failure with what of it is lost at which thresholds. */
export interface FailureLoss {
  readonly failure: PricedFailure;
  readonly pieces: readonly LossPiece[];
}

/**
 * What every threshold would have done. Step i holds for threshold levels from `from[i]` to
 * `from[i + 1]` (the last without end), where pages and catches do not change.
 */
export interface Frontier {
  readonly from: Float64Array;
  readonly pages: Float64Array;
  readonly caught: Float64Array;
  /** Value lost to missed failures and before late pages. */
  readonly loss: Float64Array;
}

/** The ends of spans where they do not cancel: a span that begins where another ends is one with it. */
function spanEnds({ low, high }: Pages): { starts: Float64Array; ends: Float64Array } {
  const [starts, ends] = [new Float64Array(low.length), new Float64Array(low.length)];
  let count = 0;
  for (let i = 0; i < low.length; i += 1) {
    const [from, to] = [low[i] ?? 0, high[i] ?? 0];
    if (count === 0 || ends[count - 1] !== from) {
      starts[count] = from;
      count += 1;
    }
    ends[count - 1] = to;
  }
  return {
    starts: sortDoubles(starts.subarray(0, count)),
    ends: sortDoubles(ends.subarray(0, count)),
  };
}

interface Steps {
  readonly at: Float64Array;
  readonly amounts: Float64Array;
}

/** How an amount changes where pieces begin and end, by ascending level. */
function pieceSteps(
  losses: readonly FailureLoss[],
  amountOf: (failure: PricedFailure, share: number) => number,
): Steps {
  const steps = losses.flatMap(({ failure, pieces }) =>
    pieces.flatMap(({ low, high, share }) => {
      const amount = amountOf(failure, share);
      return [
        { at: low, amount },
        { at: high, amount: -amount },
      ];
    }),
  );
  steps.sort((a, b) => a.at - b.at);
  return {
    at: Float64Array.from(steps, ({ at }) => at),
    amounts: Float64Array.from(steps, ({ amount }) => amount),
  };
}

/** The distinct values of two ascending lists, ascending. */
function merged(one: Float64Array, other: Float64Array): Float64Array {
  const all = new Float64Array(one.length + other.length);
  let [size, i, j] = [0, 0, 0];
  while (i < one.length || j < other.length) {
    const next = Math.min(one[i] ?? Infinity, other[j] ?? Infinity);
    while (i < one.length && one[i] === next) i += 1;
    while (j < other.length && other[j] === next) j += 1;
    all[size] = next;
    size += 1;
  }
  return all.subarray(0, size);
}

/** Adds to each level's sum what the steps up to it amount to. */
function addSteps(sums: Float64Array, from: Float64Array, { at, amounts }: Steps): void {
  let [sum, step] = [0, 0];
  for (let i = 0; i < from.length; i += 1) {
    const level = from[i] ?? 0;
    while (step < at.length && (at[step] ?? 0) <= level) {
      sum += amounts[step] ?? 0;
      step += 1;
    }
    sums[i] = (sums[i] ?? 0) + sum;
  }
}

/**
 * The outcome of every threshold in O(n log n): pages and catches change only at the ends of their
 * spans, which are sorted once and counted through.
 */
export function frontierOf(pages: Pages, losses: readonly FailureLoss[]): Frontier {
  const { starts, ends } = spanEnds(pages);
  const catches = pieceSteps(losses, () => 1);
  const savings = pieceSteps(losses, ({ valueLost }, share) => -valueLost * (1 - share));
  const whole = losses.reduce((sum, { failure }) => sum + failure.valueLost, 0);
  const from = merged(merged(starts, ends), merged(catches.at, Float64Array.of(-Infinity)));
  const frontier = {
    from,
    pages: new Float64Array(from.length),
    caught: new Float64Array(from.length),
    loss: new Float64Array(from.length).fill(whole),
  };
  addSteps(frontier.pages, from, { at: starts, amounts: new Float64Array(starts.length).fill(1) });
  addSteps(frontier.pages, from, { at: ends, amounts: new Float64Array(ends.length).fill(-1) });
  addSteps(frontier.caught, from, catches);
  addSteps(frontier.loss, from, savings);
  return frontier;
}

/** The step of a frontier that holds for a threshold's level. */
export function stepAt({ from }: Frontier, level: number): number {
  return Math.max(0, countBelow(from, level, true) - 1);
}

/** A level in the middle of a step, so that it ties with none that was seen. */
export function middleOfStep({ from }: Frontier, step: number): number {
  const [low, high] = [from[step] ?? 0, from[step + 1] ?? Infinity];
  const middle = low / 2 + high / 2;
  return middle > low && middle < high ? middle : low;
}
