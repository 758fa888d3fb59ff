import { betaBinomialLogKernel } from '../statistics/beta-binomial.js';
import { entriesLogKernel } from './entries-chance.js';
import type { WindowTotals } from './window-totals.js';

/** Likelihood ratio of a relative drop against none, integrated over the cells of a grid. */
export interface DropGrid {
  /** Ascending, one more than there are cells. */
  readonly edges: readonly number[];
  readonly drops: readonly number[];
  readonly logWeights: readonly number[];
}

const CELLS = 14;
const REACH = 5;

/**
 * Integrates the likelihood ratio of a drop that is uniform on 0..1. The cells are even in the log
 * of what is left and cover five standard deviations about what was seen: counts are near normal
 * there, also close to a total loss.
 */
function dropGrid(left: number, sd: number, logRatio: (drop: number) => number): DropGrid {
  const centre = Math.log(left);
  const high = Math.min(0, centre + REACH * sd);
  const low = Math.min(centre - REACH * sd, high - sd);
  const step = (low - high) / CELLS;
  const [narrower, toMiddle] = [Math.exp(step), Math.exp(step / 2)];
  const logWidth = Math.log1p(-narrower);
  const [edges, drops, logWeights]: [number[], number[], number[]] = [[], [], []];
  let rest = Math.exp(high);
  for (let i = 0; i < CELLS; i += 1) {
    const drop = 1 - rest * toMiddle;
    edges.push(1 - rest);
    drops.push(drop);
    // The last cell holds all that is left.
    logWeights.push(logRatio(drop) + high + i * step + (i < CELLS - 1 ? logWidth : 0));
    rest *= narrower;
  }
  edges.push(1);
  return { edges, drops, logWeights };
}

/** How far the conversion rate of those who came fell. */
export function rateDropGrid(window: WindowTotals): DropGrid {
  const { entered, converted, rate, rateExcess } = window;
  const usual = Math.max(entered * rate, 0.5);
  const sd = Math.sqrt(
    Math.max(0.05, 1 - converted / (entered + 1)) / (converted + 1) + rateExcess,
  );
  const none = betaBinomialLogKernel(converted, entered, rate, rateExcess);
  return dropGrid(
    (converted + 0.5) / usual,
    sd,
    (drop) => betaBinomialLogKernel(converted, entered, rate * (1 - drop), rateExcess) - none,
  );
}

/** How many of those expected no longer came. */
export function entriesDropGrid(window: WindowTotals): DropGrid {
  const { entered, expectedEntries, entriesExcess, entriesReach } = window;
  const left = (entered + 0.5) / Math.max(expectedEntries, 0.5);
  const chance = Math.max(0.05, 1 - entriesReach * Math.min(1, left));
  const sd = Math.sqrt(chance / (entered + 1) + entriesExcess);
  const none = entriesLogKernel(window, 0);
  return dropGrid(left, sd, (drop) => entriesLogKernel(window, drop) - none);
}

/** Of a failure: it lowers the rate alone, the entries alone, or both. */
export const KIND_PRIOR = { rate: 0.5, entries: 0.25, both: 0.25 } as const;

/** What one window says of a drop in it, against no drop. */
export interface DropPosterior {
  /** Log Bayes factor of any drop against none. */
  readonly logEvidence: number;
  /** The share of that evidence in drops of conversions at least as large as asked for. */
  readonly shareLarge: number;
}

/** The largest of the log weights, at least 0. */
function scaleOf({ logWeights }: DropGrid): number {
  let scale = 0;
  for (const weight of logWeights) if (weight > scale) scale = weight;
  return scale;
}

/** Weights of a grid relative to `scale`, summed from the end: `tail[i]` holds cells i and after. */
function tailSums(grid: DropGrid, scale: number): number[] {
  const tail = new Array<number>(CELLS + 1).fill(0);
  for (let i = CELLS - 1; i >= 0; i -= 1) {
    tail[i] = (tail[i + 1] ?? 0) + Math.exp((grid.logWeights[i] ?? -Infinity) - scale);
  }
  return tail;
}

/** The weight of drops of at least `least`, the cell in which it lies counted in part. */
function weightAbove({ edges }: DropGrid, tail: readonly number[], least: number): number {
  let cell = 0;
  while (cell < CELLS && (edges[cell + 1] ?? 1) <= least) cell += 1;
  const [from, to] = [edges[cell] ?? 1, edges[cell + 1] ?? 1];
  const inside = (tail[cell] ?? 0) - (tail[cell + 1] ?? 0);
  const part = to > from ? Math.min(1, (to - least) / (to - from)) : 0;
  return (tail[cell + 1] ?? 0) + inside * part;
}

/** Weighs every kind and size of drop in the window against no drop at all. */
export function dropPosterior(window: WindowTotals, minRelativeDrop: number): DropPosterior {
  const [rate, entries] = [rateDropGrid(window), entriesDropGrid(window)];
  const [rateScale, entriesScale] = [scaleOf(rate), scaleOf(entries)];
  const [rateTail, entriesTail] = [tailSums(rate, rateScale), tailSums(entries, entriesScale)];
  // Everything is relative to exp(rateScale + entriesScale).
  const rateAlone = KIND_PRIOR.rate * Math.exp(-entriesScale);
  const entriesAlone = KIND_PRIOR.entries * Math.exp(-rateScale);
  let largeBoth = 0;
  for (let i = 0; i < CELLS; i += 1) {
    const weight = (entriesTail[i] ?? 0) - (entriesTail[i + 1] ?? 0);
    const rest = 1 - (1 - minRelativeDrop) / (1 - (entries.drops[i] ?? 0));
    largeBoth += weight * weightAbove(rate, rateTail, rest);
  }
  const all =
    rateAlone * (rateTail[0] ?? 0) +
    entriesAlone * (entriesTail[0] ?? 0) +
    KIND_PRIOR.both * (rateTail[0] ?? 0) * (entriesTail[0] ?? 0);
  const large =
    rateAlone * weightAbove(rate, rateTail, minRelativeDrop) +
    entriesAlone * weightAbove(entries, entriesTail, minRelativeDrop) +
    KIND_PRIOR.both * largeBoth;
  return {
    logEvidence: Math.log(all) + rateScale + entriesScale,
    shareLarge: all > 0 ? large / all : 0,
  };
}
