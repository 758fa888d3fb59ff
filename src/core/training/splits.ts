import { DomainError } from '../errors/domain-error.js';

/** Row numbers of the two sides of a split, ascending. */
export interface Split {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/** The rows that a split cuts: labels for its shape, groups to be kept on one side. */
export interface SplitRows {
  readonly labels: Uint8Array;
  /** What a row counts for in the shares; one where absent. */
  readonly weights?: Float64Array | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** Rows with a time (milliseconds or any rank). */
export interface TimedRows {
  readonly times: Float64Array;
  readonly groups?: readonly string[] | undefined;
}

/** Splits as a column says: `train` or `test` per row (any case); refuses any other word. */
export function givenSplit(sides: readonly (string | null)[]): Split {
  const train: number[] = [];
  const test: number[] = [];
  sides.forEach((side, row) => {
    const word = side?.trim().toLowerCase();
    if (word === 'train') train.push(row);
    else if (word === 'test') test.push(row);
    else {
      const found = side === null ? 'an empty cell' : `"${side}"`;
      throw new DomainError(
        'bad-split',
        `The split column must hold train or test; row ${row + 1} holds ${found}.`,
      );
    }
  });
  return { train: Uint32Array.from(train), test: Uint32Array.from(test) };
}

/**
 * The earlier share trains, the rest tests. Rows of one moment stay together, on the side that
 * leaves the shares closest to what was asked; earlier rows of a group that reaches into the test
 * part, and rows within `embargo` before it, are on neither side.
 */
export function timeSplit(rows: TimedRows, testFraction: number, embargo = 0): Split {
  const order = rowsByTime(rows.times);
  const cut = cutBetweenMoments(rows.times, order, order.length * (1 - testFraction));
  return splitAt(rows, order, { from: cut, to: order.length, embargo });
}

/**
 * Rolling origin: the last `folds` stretches of 1/(folds + 2) of the rows each test what everything
 * before them (less the embargo) trains. Folds that one moment swallows are left out.
 */
export function rollingOrigin(
  rows: TimedRows,
  { folds = 3, embargo = 0 }: { readonly folds?: number; readonly embargo?: number } = {},
): Split[] {
  const order = rowsByTime(rows.times);
  const cuts = Array.from({ length: folds + 1 }, (_, fold) =>
    cutBetweenMoments(rows.times, order, (order.length * (fold + 2)) / (folds + 2)),
  );
  return cuts
    .slice(0, -1)
    .map((from, fold) => splitAt(rows, order, { from, to: cuts[fold + 1] ?? from, embargo }))
    .filter(({ train, test }) => train.length > 0 && test.length > 0);
}

/**
 * Cuts time into stretches, each of which tests once what all the others train; rows of its groups
 * and of one moment are kept out of the training side. Rows near in time are alike, and such folds
 * do not let a learner get by on that.
 */
export function timeBlocks(rows: TimedRows, folds: number): Split[] {
  const order = rowsByTime(rows.times);
  const cuts = Array.from({ length: folds + 1 }, (_, fold) =>
    cutBetweenMoments(rows.times, order, (order.length * fold) / folds),
  );
  return cuts.slice(1).flatMap((end, fold) => {
    const test = order.slice(cuts[fold], end).sort();
    const tested = new Set(rows.groups && Array.from(test, (row) => rows.groups?.[row]));
    const rest = [...order.slice(0, cuts[fold]), ...order.slice(end)];
    const train = Uint32Array.from(rest).filter((row) => !tested.has(rows.groups?.[row]));
    return test.length > 0 && train.length > 0 ? [{ train: train.sort(), test }] : [];
  });
}

/** Cuts at random into two sides with the same share of positives, groups kept whole. */
export function stratifiedSplit(rows: SplitRows, testFraction: number, random: Random): Split {
  return stratified(rows, [1 - testFraction, testFraction], random)[1] ?? emptySplit();
}

/** Cuts at random into folds with the same share of positives, groups kept whole; each tests once. */
export function stratifiedFolds(rows: SplitRows, folds: number, random: Random): Split[] {
  const shares = new Array<number>(folds).fill(1 / folds);
  return stratified(rows, shares, random).filter(
    ({ train, test }) => train.length > 0 && test.length > 0,
  );
}

type Random = () => number;

function emptySplit(): Split {
  return { train: new Uint32Array(), test: new Uint32Array() };
}

function rowsByTime(times: Float64Array): Uint32Array {
  const order = Uint32Array.from(times, (_, row) => row);
  return order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
}

/** The rank nearest to the wanted one at which a new moment begins. */
function cutBetweenMoments(times: Float64Array, order: Uint32Array, wanted: number): number {
  const rank = Math.round(wanted);
  const at = (index: number): number | undefined => times[order[index] ?? -1];
  if (rank <= 0 || rank >= order.length) return Math.max(0, Math.min(order.length, rank));
  let [down, up] = [rank, rank];
  while (down > 0 && at(down - 1) === at(down)) down -= 1;
  while (up < order.length && at(up - 1) === at(up)) up += 1;
  const downIsNearer = rank - down <= up - rank;
  if (down === 0) return up;
  return up === order.length || downIsNearer ? down : up;
}

function splitAt(
  { times, groups }: TimedRows,
  order: Uint32Array,
  { from, to, embargo }: { readonly from: number; readonly to: number; readonly embargo: number },
): Split {
  const test = order.slice(from, to).sort();
  const start = times[order[from] ?? -1] ?? Number.POSITIVE_INFINITY;
  const later = new Set(groups === undefined ? [] : Array.from(test, (row) => groups[row]));
  const train = order
    .slice(0, from)
    .filter((row) => start - (times[row] ?? 0) >= embargo && !later.has(groups?.[row]))
    .sort();
  return { train, test };
}

/** Deals shuffled units (groups or rows) into parts of the given shares, per class. */
function stratified(rows: SplitRows, shares: readonly number[], random: Random): Split[] {
  const units = unitsOf(rows);
  const order = shuffled(units.length, random);
  const filled = shares.map(() => [0, 0]);
  const parts = new Uint8Array(rows.labels.length);
  for (const index of order) {
    const unit = units[index] ?? [];
    const label = unit.some((row) => rows.labels[row] === 1) ? 1 : 0;
    const size = unit.reduce((sum, row) => sum + (rows.weights?.[row] ?? 1), 0);
    const after = filled.map((fill, part) => ((fill[label] ?? 0) + size) / (shares[part] ?? 0));
    const part = after.indexOf(Math.min(...after));
    const fill = filled[part];
    if (fill !== undefined) fill[label] = (fill[label] ?? 0) + size;
    for (const row of unit) parts[row] = part;
  }
  return shares.map((_, part) => ({
    train: rowsWhere(parts, (other) => other !== part),
    test: rowsWhere(parts, (other) => other === part),
  }));
}

function unitsOf({ labels, groups }: SplitRows): number[][] {
  const units = new Map<string | number, number[]>();
  labels.forEach((_, row) => {
    const key = groups?.[row] ?? row;
    const unit = units.get(key);
    if (unit === undefined) units.set(key, [row]);
    else unit.push(row);
  });
  return [...units.values()];
}

function shuffled(length: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let i = length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const moved = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = moved;
  }
  return order;
}

function rowsWhere(parts: Uint8Array, test: (part: number) => boolean): Uint32Array {
  const rows: number[] = [];
  parts.forEach((part, row) => {
    if (test(part)) rows.push(row);
  });
  return Uint32Array.from(rows);
}
