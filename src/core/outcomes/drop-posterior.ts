import { betaBinomialLogPmf } from '../statistics/beta-binomial.js';
import { negativeBinomialLogPmf } from '../statistics/negative-binomial.js';
import type { WindowTotals } from './window-totals.js';

/** Likelihood of a relative drop over a grid, against no drop: log of the weight of each cell. */
export interface DropGrid {
  readonly drops: Float64Array;
  readonly logWeights: Float64Array;
  readonly cell: number;
}

const CELLS = 14;

/**
 * Integrates the likelihood ratio of a drop that is uniform on 0..1, over the cells where it is
 * not negligible (five standard deviations about the observed drop).
 */
function dropGrid(observed: number, sd: number, logRatio: (drop: number) => number): DropGrid {
  const low = Math.min(Math.max(0, observed - 5 * sd), 0.98);
  const high = Math.min(1, Math.max(observed + 5 * sd, low + 0.02, Math.min(sd, 1)));
  const cell = (high - low) / CELLS;
  const drops = new Float64Array(CELLS);
  const logWeights = new Float64Array(CELLS);
  for (let i = 0; i < CELLS; i += 1) {
    const drop = low + (i + 0.5) * cell;
    drops[i] = drop;
    logWeights[i] = logRatio(drop) + Math.log(cell);
  }
  return { drops, logWeights, cell };
}

/** How far the conversion rate of those who came fell. */
export function rateDropGrid(window: WindowTotals): DropGrid {
  const { entered, converted, rate, rateExcess } = window;
  const usual = Math.max(entered * rate, 1e-9);
  const observed = 1 - converted / usual;
  const sd = Math.sqrt((1 - rate) / usual + rateExcess + 1 / (usual * usual));
  const none = betaBinomialLogPmf(converted, entered, rate, rateExcess);
  return dropGrid(
    observed,
    sd,
    (drop) => betaBinomialLogPmf(converted, entered, rate * (1 - drop), rateExcess) - none,
  );
}

/** How many of those expected no longer came. */
export function entriesDropGrid(window: WindowTotals): DropGrid {
  const { entered, expectedEntries, entriesExcess } = window;
  const usual = Math.max(expectedEntries, 1e-9);
  const sd = Math.sqrt(1 / usual + entriesExcess + 1 / (usual * usual));
  const none = negativeBinomialLogPmf(entered, usual, entriesExcess);
  return dropGrid(
    1 - entered / usual,
    sd,
    (drop) => negativeBinomialLogPmf(entered, usual * (1 - drop), entriesExcess) - none,
  );
}

/** Of a failure: it lowers the rate alone, the entries alone, or both. */
export const KIND_PRIOR = { rate: 0.5, entries: 0.25, both: 0.25 } as const;

/** What one window says of a drop in it, against no drop. */
export interface DropPosterior {
  readonly rate: DropGrid;
  readonly entries: DropGrid;
  /** Log Bayes factor of any drop against none. */
  readonly logEvidence: number;
  /** The share of that evidence in drops of conversions at least as large as asked for. */
  readonly shareLarge: number;
}

/** Weights of a grid relative to `scale`, summed from the end: `tail[i]` holds cells i and after. */
function tailSums(grid: DropGrid, scale: number): Float64Array {
  const tail = new Float64Array(CELLS + 1);
  for (let i = CELLS - 1; i >= 0; i -= 1) {
    tail[i] = (tail[i + 1] ?? 0) + Math.exp((grid.logWeights[i] ?? -Infinity) - scale);
  }
  return tail;
}

/** The weight of drops of at least `least`, the cell in which it lies counted in part. */
function weightAbove(grid: DropGrid, tail: Float64Array, least: number): number {
  const start = (grid.drops[0] ?? 0) - grid.cell / 2;
  const position = (least - start) / grid.cell;
  if (position <= 0) return tail[0] ?? 0;
  const cell = Math.floor(position);
  if (cell >= CELLS) return 0;
  const inside = (tail[cell] ?? 0) - (tail[cell + 1] ?? 0);
  return (tail[cell + 1] ?? 0) + inside * (1 - (position - cell));
}

/** Weighs every kind and size of drop in the window against no drop at all. */
export function dropPosterior(window: WindowTotals, minRelativeDrop: number): DropPosterior {
  const [rate, entries] = [rateDropGrid(window), entriesDropGrid(window)];
  const rateScale = Math.max(0, ...rate.logWeights);
  const entriesScale = Math.max(0, ...entries.logWeights);
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
    rate,
    entries,
    logEvidence: Math.log(all) + rateScale + entriesScale,
    shareLarge: all > 0 ? large / all : 0,
  };
}
