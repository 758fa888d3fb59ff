import type { Instant } from '../telemetry/time.js';
import type { PermutationOptions } from './block-permutation.js';
import type { ColumnShape, StretchShape } from './column-shape.js';
import { columnShape } from './column-shape.js';
import type { ComparedColumn } from './drift-evidence.js';
import { driftEvidence } from './drift-evidence.js';
import type { ColumnDrift, DriftRule } from './drift-verdict.js';
import { DRIFT_RULE, drawnVerdicts } from './drift-verdict.js';

/** A column judged and described. */
export interface ReportedColumn extends ColumnDrift {
  readonly shape: ColumnShape;
}

/** How far each column was from the reference in one stretch of time. */
export interface DriftChunk {
  readonly from: Instant;
  readonly until: Instant;
  readonly rows: number;
  readonly side: 'reference' | 'current';
  /** By column; null where there was nothing to compare. */
  readonly effects: Readonly<Record<string, number | null>>;
  /** By column: what it looked like; absent in reports that older programs kept. */
  readonly shapes?: Readonly<Record<string, StretchShape>>;
}

/** The columns of one segment, judged together with those of all other segments. */
export interface SegmentDrift {
  readonly rows: { readonly reference: number; readonly current: number };
  readonly drifted: readonly string[];
  readonly columns: Readonly<Record<string, ColumnDrift>>;
}

/** What changed between two samples. */
export interface DriftReport {
  readonly rows: { readonly reference: number; readonly current: number };
  readonly rule: DriftRule;
  readonly columns: Readonly<Record<string, ReportedColumn>>;
  /** The largest effect first. */
  readonly drifted: readonly string[];
  readonly segments?: Readonly<Record<string, SegmentDrift>>;
  readonly chunks?: readonly DriftChunk[];
}

/** Names of the drifted ones, the largest effect first. */
export function driftedNames(columns: readonly (readonly [string, ColumnDrift])[]): string[] {
  return columns
    .filter(([, { verdict }]) => verdict === 'drifted')
    .sort(([, a], [, b]) => (b.effect ?? 0) - (a.effect ?? 0))
    .map(([name]) => name);
}

/** The smallest p that a permutation must be able to tell: that of one drifted column among so many. */
export function smallestTold(columns: number, { q }: DriftRule): number {
  return q / Math.max(1, columns) / 2;
}

/** What a report is made with. */
export interface DriftReportOptions {
  readonly rule?: DriftRule | undefined;
  /** Where rows have a time: a seeded source of uniform numbers. */
  readonly random?: (() => number) | undefined;
}

/** Judges the columns of two samples together. */
export function driftReport(
  columns: readonly ComparedColumn[],
  rows: DriftReport['rows'],
  { rule = DRIFT_RULE, random }: DriftReportOptions = {},
): DriftReport {
  const permutation: PermutationOptions | undefined = random && {
    random,
    smallestP: smallestTold(columns.length, rule),
  };
  const judged = drawnVerdicts(
    columns.map((column) => driftEvidence(column, permutation)),
    rule,
  );
  const reported = columns.map(({ name, reference, current }, i) => {
    const drift = judged[i];
    if (drift === undefined) throw new RangeError(`no verdict for column ${i}`);
    return [name, { ...drift, shape: columnShape(reference, current) }] as const;
  });
  return { rows, rule, columns: Object.fromEntries(reported), drifted: driftedNames(reported) };
}
