import type { FeatureSchema } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import type { Instant } from '../telemetry/time.js';
import type { ColumnValues } from './column-values.js';
import type { DriftReference, ReferenceColumn } from './drift-reference.js';
import { columnsOf } from './drift-reference.js';
import type { JudgedAnswer } from './performance-answer.js';
import type { UnseenValue, UnseenValues } from './unseen-values.js';
import { unseenValues } from './unseen-values.js';

/** A share of missing values that has risen by so much is told of. */
const RISEN = 0.05;

/** A share of values never seen in the reference that is told of. */
const UNSEEN = 0.01;

/** What may be wrong with a feature. */
export const QUALITY_ISSUES = [
  'missing',
  'unseen-values',
  'constant',
  'absent-in-reference',
] as const;

type QualityIssue = (typeof QUALITY_ISSUES)[number];

/** The state of one feature as it was logged. */
export interface FeatureQuality {
  /** Shares of rows; null where there is none. */
  readonly missing: number | null;
  readonly missingInReference: number | null;
  /**
   * Known values outside the reference's range, or of a category that it never had; null where
   * nothing was asked, or the reference has no row.
   */
  readonly unseen: number | null;
  /** How many different ones these are, and the most frequent of them. */
  readonly unseenKinds: number;
  readonly unseenValues: readonly UnseenValue[];
  readonly isConstant: boolean;
  readonly issues: readonly QualityIssue[];
}

/** Rows of a stretch of time. */
export interface QualityChunk {
  readonly from: Instant;
  readonly until: Instant;
  readonly rows: number;
  /** Over all features; null without rows. */
  readonly missing: number | null;
}

/** The state of what a model was asked with. */
export interface DataQualityReport {
  readonly model: string;
  readonly from: Instant;
  readonly until: Instant;
  /** What became known later is left out. */
  readonly asOf: Instant;
  readonly rows: number;
  readonly features: Readonly<Record<string, FeatureQuality>>;
  /** Features with an issue, the worst first. */
  readonly flagged: readonly string[];
  readonly chunks: readonly QualityChunk[];
  /** Answers by what is known of how they went, and by who sent the anomaly. */
  readonly labels: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, number>>;
}

/** What a report of data quality is made of. */
export interface DataQualityQuestion {
  readonly model: string;
  readonly schema: FeatureSchema;
  readonly from: Instant;
  readonly until: Instant;
  readonly asOf: Instant;
  readonly chunk: number;
  readonly reference: DriftReference;
  /** The answers from `from` up to `until`, oldest first. */
  readonly answers: readonly JudgedAnswer[];
}

function knownOf(column: ColumnValues): (number | string)[] {
  return column.kind === 'numeric'
    ? Array.from(column.values).filter((value) => !Number.isNaN(value))
    : column.values.filter((value) => value !== null);
}

/** Null where the reference has no row. */
function missingIn({ sketch }: ReferenceColumn): number | null {
  const count =
    sketch.kind === 'numeric'
      ? sketch.count
      : Object.values(sketch.counts).reduce((sum, one) => sum + one, 0);
  return count + sketch.missing === 0 ? null : sketch.missing / (count + sketch.missing);
}

const NONE_UNSEEN: UnseenValues = { rows: 0, kinds: 0, first: [] };

/** Null where nothing can be told: the reference has no row. */
function unseenOf(
  known: readonly (number | string)[],
  before: ReferenceColumn | undefined,
): UnseenValues | null {
  if (before === undefined) return NONE_UNSEEN;
  return missingIn(before) === null ? null : unseenValues(known, before.sketch);
}

function qualityOf(column: ColumnValues, before: ReferenceColumn | undefined): FeatureQuality {
  const rows = column.values.length;
  const missingInReference = before === undefined ? null : missingIn(before);
  const known = knownOf(column);
  const unseen = rows === 0 ? null : unseenOf(known, before);
  const { kinds, first } = unseen ?? NONE_UNSEEN;
  const quality = {
    missing: rows === 0 ? null : 1 - known.length / rows,
    missingInReference,
    unseen: unseen && unseen.rows / Math.max(1, known.length),
    unseenKinds: kinds,
    unseenValues: first,
    isConstant: known.length > 1 && new Set(known).size === 1,
  };
  return { ...quality, issues: rows === 0 ? [] : issuesOf(quality, before) };
}

function issuesOf(
  { missing, missingInReference, unseen, isConstant }: Omit<FeatureQuality, 'issues'>,
  before: ReferenceColumn | undefined,
): QualityIssue[] {
  // An empty reference has nothing to hold against anyone.
  const usual = missingInReference ?? (before === undefined ? 0 : 1);
  const found: readonly (readonly [QualityIssue, boolean])[] = [
    ['absent-in-reference', before === undefined],
    ['missing', (missing ?? 0) > usual + RISEN],
    ['unseen-values', (unseen ?? 0) > UNSEEN],
    ['constant', isConstant && !wasConstant(before)],
  ];
  return found.filter(([, isSo]) => isSo).map(([issue]) => issue);
}

function wasConstant(before: ReferenceColumn | undefined): boolean {
  if (before === undefined) return false;
  const { sketch } = before;
  return (sketch.kind === 'numeric' ? sketch.values : Object.keys(sketch.counts)).length <= 1;
}

function counts(values: readonly string[]): Record<string, number> {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function chunksOf({ from, until, chunk, answers, schema }: DataQualityQuestion): QualityChunk[] {
  const names = schema.features.map(({ name }) => name);
  const starts = Array.from(
    { length: Math.ceil((until - from) / chunk) },
    (_, i) => from + i * chunk,
  );
  return starts.map((start) => {
    const end = Math.min(until, start + chunk);
    const inside = answers.filter(({ asOf }) => asOf >= start && asOf < end);
    const empty = inside.flatMap(({ features }) =>
      names.filter((name) => (features[name] ?? null) === null),
    ).length;
    const cells = inside.length * names.length;
    return {
      from: start,
      until: end,
      rows: inside.length,
      missing: cells === 0 ? null : empty / cells,
    };
  });
}

/** Describes what a model was asked with: what is missing, out of range, new, or stuck. */
export function dataQuality(question: DataQualityQuestion): DataQualityReport {
  const { model, schema, from, until, asOf, reference, answers } = question;
  const table = featureTable(
    schema,
    answers.map(({ features }) => features),
  );
  const features = [...columnsOf(table)].map(
    ([name, column]) => [name, qualityOf(column, reference.columns[name])] as const,
  );
  const flagged = features
    .filter(([, { issues }]) => issues.length > 0)
    .sort(([, a], [, b]) => badness(b) - badness(a))
    .map(([name]) => name);
  return {
    model,
    from,
    until,
    asOf,
    rows: answers.length,
    features: Object.fromEntries(features),
    flagged,
    chunks: chunksOf(question),
    labels: counts(answers.map(({ state }) => state)),
    sources: counts(answers.map(({ source }) => source)),
  };
}

function badness({ missing, missingInReference, unseen }: FeatureQuality): number {
  return (missing ?? 0) - (missingInReference ?? 0) + (unseen ?? 0);
}
