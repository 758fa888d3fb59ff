import { quantileOfSorted } from '../statistics/interval.js';
import type { NumericSample } from './drift-sample.js';
import { countedNames } from './drift-sample.js';

/** Cells that numbers are told apart by where blocks are permuted. */
const NUMERIC_CELLS = 100;

/** Categories that are told apart there, the most frequent ones; the rest is one more. */
const CATEGORY_CELLS = 30;

/** A column in order of time, every row a small number: its cell. The last cell is missing values'. */
export interface CodedSeries {
  readonly reference: Uint8Array;
  readonly current: Uint8Array;
  /** Cells, that of missing values counted. */
  readonly cells: number;
  /** Whether the cells have an order. */
  readonly isOrdered: boolean;
  /** Of categories: which one each row has, however many there are, from 1; 0 where it has none. */
  readonly kinds?: SeriesKinds | undefined;
}

/** The category of each row in order of time. */
export interface SeriesKinds {
  readonly reference: Uint32Array;
  readonly current: Uint32Array;
  /** Different ones on both sides together. */
  readonly count: number;
}

/** Both sides of a column, and the order of their rows in time. */
export interface SeriesOrder {
  readonly reference: Uint32Array;
  readonly current: Uint32Array;
}

/** Row numbers by time, earliest first; rows of one time stay as they are. */
export function orderByTime(times: Float64Array): Uint32Array {
  const rows = Uint32Array.from(times.keys());
  let isOrdered = true;
  for (let i = 1; i < times.length && isOrdered; i += 1) {
    isOrdered = (times[i - 1] ?? 0) <= (times[i] ?? 0);
  }
  return isOrdered ? rows : rows.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
}

/** Row numbers with those of one group side by side, groups by their first row. */
export function orderByGroup(groups: readonly (string | number)[]): Uint32Array {
  const first = new Map<string | number, number>();
  groups.forEach((group, row) => {
    if (!first.has(group)) first.set(group, row);
  });
  return orderByTime(Float64Array.from(groups, (group) => first.get(group) ?? 0));
}

/** Rows that lie in their order already. */
export function inOrder(rows: number): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => row);
}

function cellEdges(reference: NumericSample, current: NumericSample): Float64Array {
  const edges = new Set<number>();
  const half = NUMERIC_CELLS / 2;
  for (const { values } of [reference, current]) {
    for (let i = 0; i < half && values.length > 0; i += 1) {
      edges.add(quantileOfSorted(values, (i + 0.5) / half));
    }
  }
  return Float64Array.from(edges).sort();
}

/** Cells below a value: how many edges are not above it. */
function cellOf(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Codes a column of numbers by the quantiles of both sides. */
export function codedNumbers(
  columns: { readonly reference: Float64Array; readonly current: Float64Array },
  samples: { readonly reference: NumericSample; readonly current: NumericSample },
  order: SeriesOrder,
): CodedSeries {
  const edges = cellEdges(samples.reference, samples.current);
  const missing = edges.length + 1;
  const code = (column: Float64Array, rows: Uint32Array): Uint8Array => {
    const codes = new Uint8Array(rows.length);
    for (let i = 0; i < rows.length; i += 1) {
      const value = column[rows[i] ?? 0] ?? Number.NaN;
      codes[i] = Number.isNaN(value) ? missing : cellOf(edges, value);
    }
    return codes;
  };
  return {
    reference: code(columns.reference, order.reference),
    current: code(columns.current, order.current),
    cells: missing + 1,
    isOrdered: true,
  };
}

type Categories = readonly (string | null)[];

/** Codes a column of categories, the rarest together. */
export function codedCategories(
  columns: { readonly reference: Categories; readonly current: Categories },
  order: SeriesOrder,
): CodedSeries {
  const counts = countedNames(columns.reference);
  for (const [name, count] of countedNames(columns.current)) {
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  const frequent = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const kindOf = new Map(frequent.map(([name], i) => [name, i + 1]));
  const others = Math.min(frequent.length, CATEGORY_CELLS);
  const kindsOf = (column: Categories, rows: Uint32Array): Uint32Array => {
    const kinds = new Uint32Array(rows.length);
    for (let i = 0; i < rows.length; i += 1) {
      const name = column[rows[i] ?? 0] ?? null;
      kinds[i] = name === null ? 0 : (kindOf.get(name) ?? 0);
    }
    return kinds;
  };
  const code = (kinds: Uint32Array): Uint8Array =>
    Uint8Array.from(kinds, (kind) => (kind === 0 ? others + 1 : Math.min(kind - 1, others)));
  const kinds = {
    reference: kindsOf(columns.reference, order.reference),
    current: kindsOf(columns.current, order.current),
    count: frequent.length,
  };
  return {
    reference: code(kinds.reference),
    current: code(kinds.current),
    cells: others + 2,
    isOrdered: false,
    kinds,
  };
}
