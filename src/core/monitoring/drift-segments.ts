import type { ColumnPair } from './column-values.js';
import { comparedColumn, rowsOfPair } from './column-values.js';
import { driftEvidence } from './drift-evidence.js';
import type { SegmentDrift } from './drift-report.js';
import { driftedNames } from './drift-report.js';
import type { ColumnDrift, DriftRule } from './drift-verdict.js';
import { judgedColumns } from './drift-verdict.js';

/** Segments that are looked at, those with the most rows; each makes the others harder to tell. */
const MOST_SEGMENTS = 20;

/** Segment of each row, null where it has none. */
export interface RowSegments {
  readonly reference: readonly (string | null)[];
  readonly current: readonly (string | null)[];
}

function rowsBySegment(segments: readonly (string | null)[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  segments.forEach((segment, row) => {
    if (segment === null) return;
    const rows = found.get(segment);
    if (rows === undefined) found.set(segment, [row]);
    else rows.push(row);
  });
  return found;
}

/** Judges every column in every segment; all of them share one false discovery rate. */
export function driftBySegment(
  pairs: readonly ColumnPair[],
  segments: RowSegments,
  rule: DriftRule,
): Record<string, SegmentDrift> {
  const [before, now] = [rowsBySegment(segments.reference), rowsBySegment(segments.current)];
  const names = [...new Set([...before.keys(), ...now.keys()])]
    .map((name) => ({ name, rows: (before.get(name)?.length ?? 0) + (now.get(name)?.length ?? 0) }))
    .sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_SEGMENTS)
    .map(({ name }) => name);
  const looks = names.flatMap((name) => {
    const rows = {
      reference: Uint32Array.from(before.get(name) ?? []),
      current: Uint32Array.from(now.get(name) ?? []),
    };
    return pairs.map((pair) => driftEvidence(comparedColumn(rowsOfPair(pair, rows))));
  });
  const judged = judgedColumns(looks, rule);
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
