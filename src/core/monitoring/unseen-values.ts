import { shortName } from '../telemetry/short-name.js';
import type { ColumnSketch } from './quantile-sketch.js';

/** How many values are named. */
const NAMED = 5;

/** How many characters of a category are told. */
const LONGEST = 60;

/** A value that a reference never had, shortened where it is long, and how many rows have it. */
export interface UnseenValue {
  readonly value: number | string;
  readonly rows: number;
}

/** Values outside a reference's range, or of categories that it never had. */
export interface UnseenValues {
  readonly rows: number;
  /** How many different ones there are. */
  readonly kinds: number;
  /** The most frequent ones. Of numbers those that come again, else the one that lies furthest out. */
  readonly first: readonly UnseenValue[];
}

/** How far a value lies outside of what the reference had; 0 for what it had. */
function strangeness(sketch: ColumnSketch): (value: number | string) => number {
  if (sketch.kind === 'categorical') {
    return (value) => (Object.hasOwn(sketch.counts, value) ? 0 : 1);
  }
  const { low, high } = sketch;
  return (value) => Math.max(0, low - Number(value), Number(value) - high);
}

/** Counts the known values of a column that the reference never had. */
export function unseenValues(
  known: readonly (number | string)[],
  reference: ColumnSketch,
): UnseenValues {
  const strange = strangeness(reference);
  const counts = new Map<number | string, number>();
  let rows = 0;
  for (const value of known) {
    if (strange(value) === 0) continue;
    rows += 1;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const first = [...counts]
    .sort(
      ([a, often], [b, oftenB]) =>
        oftenB - often || strange(b) - strange(a) || (String(a) < String(b) ? -1 : 1),
    )
    .filter(([value, count], i) => i === 0 || count > 1 || typeof value === 'string')
    .slice(0, NAMED)
    .map(([value, count]) => ({
      value: typeof value === 'string' ? shortName(value, LONGEST) : value,
      rows: count,
    }));
  return { rows, kinds: counts.size, first };
}
