import { orderByTime } from './coded-series.js';
import type { ColumnPair } from './column-values.js';
import { comparedColumn } from './column-values.js';
import { driftChunks } from './drift-chunks.js';
import type { DriftReport } from './drift-report.js';
import { driftReport } from './drift-report.js';
import type { RowSegments } from './drift-segments.js';
import { driftBySegment } from './drift-segments.js';
import type { DriftRule } from './drift-verdict.js';
import { DRIFT_RULE } from './drift-verdict.js';

/** What is known of the rows besides their columns. */
export interface ComparisonOptions {
  readonly rows: DriftReport['rows'];
  /** When each row happened; with it p comes from permuting blocks. */
  readonly times?: { readonly reference: Float64Array; readonly current: Float64Array } | undefined;
  readonly segments?: RowSegments | undefined;
  readonly rule?: DriftRule | undefined;
  /** A seeded source of uniform numbers. */
  readonly random: () => number;
}

/** Compares two samples that are here row by row: overall, by segment, and over time. */
export function compareSamples(
  pairs: readonly ColumnPair[],
  { rows, times, segments, random, rule = DRIFT_RULE }: ComparisonOptions,
): DriftReport {
  const order = times && {
    reference: orderByTime(times.reference),
    current: orderByTime(times.current),
  };
  const compared = pairs.map((pair) => comparedColumn(pair, order));
  const report = driftReport(compared, rows, { rule, random: times && random });
  const chunks =
    times &&
    order &&
    driftChunks(pairs, compared, [
      { side: 'reference', times: times.reference, order: order.reference },
      { side: 'current', times: times.current, order: order.current },
    ]);
  return {
    ...report,
    ...(segments && {
      segments: driftBySegment(pairs, segments, { rule, inTime: order && { order, random } }),
    }),
    ...(chunks && { chunks }),
  };
}
