import type { PermutationOptions } from './block-permutation.js';
import type { SeriesOrder } from './coded-series.js';
import { inOrder } from './coded-series.js';
import type { ColumnPair } from './column-values.js';
import { comparedColumn, rowsOfPair } from './column-values.js';
import { driftEvidence } from './drift-evidence.js';
import type { SegmentDrift } from './drift-report.js';
import { driftedNames, smallestTold } from './drift-report.js';
import type { ColumnDrift, DriftRule } from './drift-verdict.js';
import { drawnVerdicts } from './drift-verdict.js';

/** Segments that are looked at, those with the most rows; each makes the others harder to tell. */
const MOST_SEGMENTS = 20;

/** Segment of each row, null where it has none. */
export interface RowSegments {
  readonly reference: readonly (string | null)[];
  readonly current: readonly (string | null)[];
}

/** Where rows have a time: their order, and a seeded source of uniform numbers. */
export interface RowsInTime {
  readonly order: SeriesOrder;
  readonly random: () => number;
}

/** What segments are judged by. */
export interface SegmentOptions {
  readonly rule: DriftRule;
  /** With it p comes from permuting blocks of a segment's rows. */
  readonly inTime?: RowsInTime | undefined;
}

function rowsBySegment(
  segments: readonly (string | null)[],
  order: Uint32Array = inOrder(segments.length),
): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const row of order) {
    const segment = segments[row] ?? null;
    if (segment === null) continue;
    const rows = found.get(segment);
    if (rows === undefined) found.set(segment, [row]);
    else rows.push(row);
  }
  return found;
}

function permutationOf(
  looks: number,
  { rule, inTime }: SegmentOptions,
): PermutationOptions | undefined {
  return inTime && { random: inTime.random, smallestP: smallestTold(looks, rule) };
}

/** Judges every column in every segment; all of them share one false discovery rate. */
export function driftBySegment(
  pairs: readonly ColumnPair[],
  segments: RowSegments,
  options: SegmentOptions,
): Record<string, SegmentDrift> {
  const order = options.inTime?.order;
  const before = rowsBySegment(segments.reference, order?.reference);
  const now = rowsBySegment(segments.current, order?.current);
  const names = [...new Set([...before.keys(), ...now.keys()])]
    .map((name) => ({ name, rows: (before.get(name)?.length ?? 0) + (now.get(name)?.length ?? 0) }))
    .sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_SEGMENTS)
    .map(({ name }) => name);
  const permutation = permutationOf(names.length * pairs.length, options);
  const looks = names.flatMap((name) => {
    const rows = {
      reference: Uint32Array.from(before.get(name) ?? []),
      current: Uint32Array.from(now.get(name) ?? []),
    };
    const own = permutation && {
      reference: inOrder(rows.reference.length),
      current: inOrder(rows.current.length),
    };
    return pairs.map((pair) =>
      driftEvidence(comparedColumn(rowsOfPair(pair, rows), own), permutation),
    );
  });
  const judged = drawnVerdicts(looks, options.rule);
  return Object.fromEntries(
    names.map((name, i) => {
      const columns = pairs.map((pair, j): readonly [string, ColumnDrift] => {
        const drift = judged[i * pairs.length + j];
        if (drift === undefined) throw new RangeError(`no verdict for ${pair.name} in ${name}`);
        return [pair.name, drift];
      });
      const rows = {
        reference: before.get(name)?.length ?? 0,
        current: now.get(name)?.length ?? 0,
      };
      return [name, { rows, drifted: driftedNames(columns), columns: Object.fromEntries(columns) }];
    }),
  );
}
