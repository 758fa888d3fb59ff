import { logGamma } from '../statistics/special-functions.js';
import type { BlockDraws, BlockLook, Blocks } from './block-draws.js';
import { drawUntil, isDrawn, noDraws, pOfDraws } from './block-draws.js';
import type { CodedSeries } from './coded-series.js';
import { independentStretch } from './independent-stretch.js';
import type { UnseenInBlocks } from './unseen-blocks.js';
import { unseenInBlocks } from './unseen-blocks.js';

/** Blocks of both sides together, at most: more would not make p any finer. */
const MOST_BLOCKS = 200;

/** Blocks of the smaller side, at least. */
const FEWEST_BLOCKS = 4;

/** How much longer a block is than what its rows need: the more the safer, where rows are many. */
const MARGINS = [4, 2];

/** Draws to begin with, and how many times as many each time that a verdict asks for more. */
const [FIRST_DRAWS, MORE] = [400, 4];

/** E sqrt(n) D of the Kolmogorov law: sqrt(pi / 2) ln 2. */
const MEAN_KOLMOGOROV = Math.sqrt(Math.PI / 2) * Math.LN2;

/** How to draw: a seeded source of uniform numbers, and the smallest p that must be told. */
export interface PermutationOptions {
  readonly random: () => number;
  readonly smallestP: number;
}

/** What permuting blocks says of one column. */
export interface BlockPermutation {
  /** Of values or categories. */
  readonly p: number;
  /** Of what is missing; null where nothing is. */
  readonly missingP: number | null;
  /** Of categories that the reference never had; null where there are no categories. */
  readonly unseen: UnseenInBlocks | null;
  /** n m / (n + m) of as many independent rows as would vary that much; of values or categories. */
  readonly effectiveSize: number;
  readonly blockRows: number;
  readonly blocks: { readonly reference: number; readonly current: number };
  /** The same from more draws; null where these would tell no p that is asked for. */
  readonly finer: (() => BlockPermutation) | null;
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/** Whole blocks that fit; what is left over belongs to the last one. */
export function cut(series: CodedSeries, blockRows: number): Blocks {
  const { cells } = series;
  const [reference, current] = [series.reference, series.current].map((codes) =>
    Math.floor(codes.length / blockRows),
  ) as [number, number];
  const counts = new Float64Array((reference + current) * cells);
  const add = (codes: Uint8Array, first: number, blocks: number): void => {
    for (let row = 0; row < codes.length; row += 1) {
      const block = first + Math.min(blocks - 1, Math.floor(row / blockRows));
      const at = block * cells + (codes[row] ?? 0);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  };
  add(series.reference, 0, reference);
  add(series.current, reference, current);
  const total = new Float64Array(cells);
  for (let i = 0; i < counts.length; i += 1) {
    total[i % cells] = (total[i % cells] ?? 0) + (counts[i] ?? 0);
  }
  return { counts, cells, total, reference, current };
}

/** Largest gap between distribution functions over cells in order, the last (missing) left out. */
function orderedGap(part: Float64Array, total: Float64Array): number {
  const last = part.length - 1;
  let [n, all] = [0, 0];
  for (let cell = 0; cell < last; cell += 1) {
    n += part[cell] ?? 0;
    all += total[cell] ?? 0;
  }
  if (n === 0 || n === all) return 0;
  let [below, allBelow, gap] = [0, 0, 0];
  for (let cell = 0; cell < last; cell += 1) {
    below += part[cell] ?? 0;
    allBelow += total[cell] ?? 0;
    gap = Math.max(gap, Math.abs(below / n - (allBelow - below) / (all - n)));
  }
  return gap;
}

function rowsIn(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

/** Squared changes of shares against the shares of both sides together, over all cells. */
function shareChange(part: Float64Array, total: Float64Array): number {
  const [n, all] = [rowsIn(part), rowsIn(total)];
  let sum = 0;
  for (let cell = 0; cell < part.length; cell += 1) {
    const [one, both] = [part[cell] ?? 0, total[cell] ?? 0];
    if (both > 0) sum += ((one / n - (both - one) / (all - n)) ** 2 * all) / both;
  }
  return sum;
}

function missingChange(part: Float64Array, total: Float64Array): number {
  const last = part.length - 1;
  const fold = (counts: Float64Array): Float64Array => {
    const missing = counts[last] ?? 0;
    return Float64Array.of(rowsIn(counts) - missing, missing);
  };
  return shareChange(fold(part), fold(total));
}

/** Rows a block has; null where too few blocks are left to tell a p so small. */
export function blockLength(series: CodedSeries, smallestP: number): number | null {
  const { reference, current, isOrdered, cells } = series;
  const fewest = Math.ceil((reference.length + current.length) / MOST_BLOCKS);
  const needed = Math.max(
    ...[reference, current].map((codes) => independentStretch(codes, isOrdered, cells)),
  );
  const margins = needed === 1 ? [1] : MARGINS;
  const lengths = margins.map((margin) => Math.max(fewest, margin * needed));
  return lengths.find((length) => isFineEnough(series, length, smallestP)) ?? null;
}

function isFineEnough(
  { reference, current }: CodedSeries,
  length: number,
  smallestP: number,
): boolean {
  const blocks = [reference, current].map((codes) => Math.floor(codes.length / length));
  const [fewer, all] = [Math.min(...blocks), blocks.reduce((sum, one) => sum + one, 0)];
  return fewer >= FEWEST_BLOCKS && logChoose(all, fewer) >= Math.log(2 / smallestP);
}

/** What is drawn of a column, and how often so far. */
interface Drawing {
  readonly series: CodedSeries;
  readonly blockRows: number;
  readonly options: PermutationOptions;
  readonly wanted: number;
  readonly column: readonly [BlockLook, BlockDraws];
  /** Of what is missing. */
  readonly missing: readonly [BlockLook, BlockDraws] | null;
}

function drawOn(
  [look, before]: readonly [BlockLook, BlockDraws],
  { wanted, options }: Drawing,
): readonly [BlockLook, BlockDraws] {
  return [look, drawUntil(look, before, { random: options.random, draws: wanted })];
}

function drawn(before: Drawing): BlockPermutation {
  const column = drawOn(before.column, before);
  const missing = before.missing && drawOn(before.missing, before);
  const now = { ...before, column, missing, wanted: before.wanted * MORE };
  const { series, blockRows } = before;
  const [{ blocks }, { sum, draws }] = column;
  const [mean, degrees] = [sum / draws, blocks.total.filter((one) => one > 0).length - 1];
  const isDone = isDrawn(...column) && (missing === null || isDrawn(...missing));
  return {
    p: pOfDraws(column[1]),
    unseen: series.kinds === undefined ? null : unseenInBlocks(series.kinds, blockRows),
    missingP: missing && pOfDraws(missing[1]),
    effectiveSize: series.isOrdered ? (MEAN_KOLMOGOROV / mean) ** 2 : degrees / mean,
    blockRows,
    blocks: { reference: blocks.reference, current: blocks.current },
    finer: isDone ? null : () => drawn(now),
  };
}

/**
 * P values of a column whose rows depend on their neighbours: blocks long enough to be nearly
 * independent change sides at random (Kunsch 1989 for blocks, Pitman's permutation test). Null where
 * there are too few such blocks: then the rows say less than they seem to. A small p takes many
 * draws, and few columns need one: some are made at first, more where they are asked for.
 */
export function blockPermutation(
  series: CodedSeries,
  options: PermutationOptions,
): BlockPermutation | null {
  const blockRows = blockLength(series, options.smallestP);
  if (blockRows === null) return null;
  const [blocks, most] = [cut(series, blockRows), Math.ceil(4 / options.smallestP)];
  const begun = (statistic: BlockLook['statistic']): readonly [BlockLook, BlockDraws] => {
    const look = { blocks, statistic, most };
    return [look, noDraws(look)];
  };
  const hasMissing = series.isOrdered && (blocks.total.at(-1) ?? 0) > 0;
  return drawn({
    series,
    blockRows,
    options,
    wanted: FIRST_DRAWS,
    column: begun(series.isOrdered ? orderedGap : shareChange),
    missing: hasMissing ? begun(missingChange) : null,
  });
}
