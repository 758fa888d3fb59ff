import type { Instant } from '../telemetry/time.js';
import type { StretchShape } from './column-shape.js';
import { shownCategories, stretchShape } from './column-shape.js';
import type { ColumnPair } from './column-values.js';
import { rowsOfColumn, sampleOf } from './column-values.js';
import { locationEquivalent } from './drift-effect.js';
import type { ComparedColumn } from './drift-evidence.js';
import type { DriftChunk } from './drift-report.js';
import type { DriftSample, NumericSample } from './drift-sample.js';
import { rowsOf } from './drift-sample.js';
import { categoricalTests } from './drift-test.js';
import { numericDistances } from './numeric-distances.js';

/** Stretches that each side is cut into. */
const CHUNKS = 12;

/** Fewer values than this draw no point. */
const FEWEST = 30;

function missingShare(sample: DriftSample): number {
  return sample.missing / Math.max(1, rowsOf(sample));
}

/** How far a sample is from the reference, location-equivalent; null where there is too little. */
export function effectBetween(reference: DriftSample, current: DriftSample): number | null {
  if (rowsOf(reference) < FEWEST || rowsOf(current) < FEWEST) return null;
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    return Math.max(...categoricalTests(reference, current).map(({ effect }) => effect));
  }
  if (reference.kind !== 'numeric' || current.kind !== 'numeric') return null;
  const missing = Math.abs(missingShare(reference) - missingShare(current));
  return locationEquivalent(Math.max(gapBetween(reference, current), missing));
}

function gapBetween(reference: NumericSample, current: NumericSample): number {
  if (reference.count === 0 || current.count === 0) return 0;
  return numericDistances(reference, current).ks;
}

interface Side {
  readonly side: DriftChunk['side'];
  readonly times: Float64Array;
  readonly order: Uint32Array;
}

/** Cuts a side by time into stretches of as many rows each. */
function stretches({ order }: Side): Uint32Array[] {
  if (order.length === 0) return [];
  const rows = Math.max(FEWEST, Math.ceil(order.length / CHUNKS));
  const count = Math.max(1, Math.floor(order.length / rows));
  return Array.from({ length: count }, (_, i) =>
    order.subarray(i * rows, i === count - 1 ? order.length : (i + 1) * rows),
  );
}

/** One stretch of time of a column. */
interface ColumnStretch {
  readonly name: string;
  readonly effect: number | null;
  readonly shape: StretchShape | null;
}

/** Compares stretches of time, of either side, with the whole reference. */
export function driftChunks(
  pairs: readonly ColumnPair[],
  compared: readonly ComparedColumn[],
  sides: readonly Side[],
): DriftChunk[] {
  const columns = pairs.map((pair, i) => {
    const { reference = null, current = null } = compared[i] ?? {};
    return { pair, reference, shown: shownCategories(reference, current) };
  });
  return sides.flatMap((side) =>
    stretches(side).map((rows) => {
      const found = columns.map(({ pair, reference, shown }): ColumnStretch => {
        const [name, column] = [pair.name, pair[side.side]];
        if (column === null || reference === null) return { name, effect: null, shape: null };
        const sample = sampleOf(rowsOfColumn(column, rows));
        const shape = stretchShape(sample, shown);
        return { name, effect: effectBetween(reference, sample), shape };
      });
      return {
        from: timeAt(side, rows[0]),
        until: timeAt(side, rows.at(-1)),
        rows: rows.length,
        side: side.side,
        effects: Object.fromEntries(found.map(({ name, effect }) => [name, effect])),
        shapes: Object.fromEntries(
          found.flatMap(({ name, shape }) => (shape === null ? [] : [[name, shape]])),
        ),
      };
    }),
  );
}

function timeAt({ times }: Side, row: number | undefined): Instant {
  return row === undefined ? Number.NaN : (times[row] ?? Number.NaN);
}
