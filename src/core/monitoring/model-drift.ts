import type { FeatureRow, FeatureSchema, FeatureTable } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import type { Instant } from '../telemetry/time.js';
import type { Learner } from '../training/classifier.js';
import type { SeriesOrder } from './coded-series.js';
import { inOrder, orderByGroup } from './coded-series.js';
import type { ColumnPair } from './column-values.js';
import { comparedColumn } from './column-values.js';
import type { DomainFold } from './domain-chance.js';
import type { DomainDrift } from './domain-classifier.js';
import { domainDrift, domainFolds } from './domain-classifier.js';
import { driftChunks } from './drift-chunks.js';
import type { ComparedColumn } from './drift-evidence.js';
import type { RankedFeature } from './drift-ranking.js';
import { rankingOf } from './drift-ranking.js';
import type { DriftReference } from './drift-reference.js';
import { columnsOf, latestValues } from './drift-reference.js';
import type { DriftReport } from './drift-report.js';
import { driftReport } from './drift-report.js';
import { driftBySegment } from './drift-segments.js';
import type { ModelConcept } from './model-concept.js';
import { modelConcept } from './model-concept.js';
import type { JudgedAnswer } from './performance-answer.js';
import { someOf } from './performance-answer.js';
import { sampleOfSketch } from './quantile-sketch.js';
import type { TargetDrift } from './target-drift.js';
import { targetDrift } from './target-drift.js';

/** Rows a side that the classifier of domains is taught with, the latest ones. */
const TOLD_APART = 1000;

/** Answers that are compared with the training rows: more would find no change that the floor lets count. */
const MOST_COMPARED = 10_000;

/** What changed between what a model learnt from and what it is asked now. */
export interface ModelDriftReport extends DriftReport {
  readonly model: string;
  readonly from: Instant;
  readonly until: Instant;
  /** What became known later is left out. */
  readonly asOf: Instant;
  /** What the model learnt from was known by then: answers before it are among its training rows. */
  readonly fittedUntil: Instant | null;
  /** Asked from `from` on; where they are many, `rows.current` of them are compared, chosen at random. */
  readonly asked: number;
  /** What it is compared with: the model's training rows, or what was asked before `from`. */
  readonly reference: 'training' | 'earlier';
  /** How far shares in the reference may be off, because it is kept in few numbers. */
  readonly rankError: number;
  /** The largest estimated loss first. */
  readonly ranking: readonly RankedFeature[];
  readonly targets: TargetDrift;
  /** All features together; null where rows are too few. */
  readonly together: DomainDrift | null;
  readonly concept: ModelConcept;
}

/** What a report of a model's drift is made of. */
export interface ModelDriftQuestion {
  readonly model: string;
  readonly schema: FeatureSchema;
  readonly from: Instant;
  readonly until: Instant;
  readonly asOf: Instant;
  readonly fittedUntil: Instant | null;
  readonly reference: DriftReference;
  readonly referenceKind: ModelDriftReport['reference'];
  /** All first answers up to `until`, oldest first. */
  readonly answers: readonly JudgedAnswer[];
  /** Gives all features of the answers that are compared, where `answers` name the service alone. */
  readonly featuresOf?: (answers: readonly JudgedAnswer[]) => Promise<readonly FeatureRow[]>;
  readonly learner: Learner;
  readonly random: () => number;
}

type Answers = readonly JudgedAnswer[];

interface Sides {
  readonly pairs: readonly ColumnPair[];
  readonly compared: readonly ComparedColumn[];
  readonly current: Answers;
  /** Rows of one group side by side: blocks would take what lies between them for independent. */
  readonly order: SeriesOrder;
}

/** The latest training rows and the rows asked now, in order of time as far as groups allow. */
function orderOf({ columns, latestTargets }: DriftReference, current: Answers): SeriesOrder {
  const rows = Math.max(0, ...Object.values(columns).map(({ latest }) => latest.length));
  const groups = latestTargets?.predictions.groups;
  return {
    reference: groups === undefined ? inOrder(rows) : orderByGroup(groups),
    current: orderByGroup(current.map(({ group }) => group)),
  };
}

/** Latest training rows beside the rows asked now, and every training row as a sketch beside them. */
async function sidesOf(
  { schema, reference, random, featuresOf }: ModelDriftQuestion,
  asked: Answers,
): Promise<Sides> {
  const current = someOf(asked, MOST_COMPARED, random);
  const rows = (await featuresOf?.(current)) ?? current.map(({ features }) => features);
  const now = columnsOf(featureTable(schema, rows));
  const pairs = [...now].map(([name, column]): ColumnPair => {
    const before = reference.columns[name];
    return { name, reference: before === undefined ? null : latestValues(before), current: column };
  });
  const order = orderOf(reference, current);
  const compared = pairs.map((pair) => {
    const before = reference.columns[pair.name];
    const column = comparedColumn(pair, order);
    return { ...column, reference: before === undefined ? null : sampleOfSketch(before.sketch) };
  });
  return { pairs, compared, current, order };
}

/** Latest training rows and the rows asked last, one under the other. */
function stackedTable(schema: FeatureSchema, { pairs, current }: Sides): [FeatureTable, number] {
  const before = Math.max(0, ...pairs.map(({ reference }) => reference?.values.length ?? 0));
  const first = Math.max(0, current.length - TOLD_APART);
  const rows = before + current.length - first;
  const numeric = new Map<string, Float64Array>();
  const categorical = new Map<string, (string | null)[]>();
  for (const { name, reference, current: now } of pairs) {
    if (now?.kind === 'numeric') {
      const values = new Float64Array(rows).fill(Number.NaN);
      if (reference?.kind === 'numeric') values.set(reference.values);
      values.set(now.values.subarray(first), before);
      numeric.set(name, values);
    } else {
      const known = reference?.kind === 'categorical' ? reference.values : [];
      const unknown = new Array<null>(before - known.length).fill(null);
      categorical.set(name, [...known, ...unknown, ...(now?.values.slice(first) ?? [])]);
    }
  }
  return [{ schema, rows, numeric, categorical }, before];
}

/** Latest training rows and rows asked last, as a classifier tells them apart. */
async function foldsOf(
  { schema, learner, random }: ModelDriftQuestion,
  sides: Sides,
): Promise<DomainFold[] | null> {
  const [table, before] = stackedTable(schema, sides);
  if (Math.min(before, table.rows - before) < 60) return null;
  const { reference, current } = sides.order;
  const skipped = current.length - (table.rows - before);
  const asked = current.filter((row) => row >= skipped).map((row) => row - skipped + before);
  return await domainFolds(table, { reference, current: asked }, { learner, random });
}

function segmentsOf(
  { pairs, current, order }: Sides,
  { rule }: DriftReport,
  random: () => number,
): Pick<DriftReport, 'segments'> {
  const before = pairs.find(({ name }) => name === 'segment')?.reference;
  const now = current.map(({ segment }) => segment);
  if (before?.kind !== 'categorical' || new Set(now).size < 2) return {};
  const features = pairs.filter(({ name }) => name !== 'segment');
  return {
    segments: driftBySegment(
      features,
      { reference: before.values, current: now },
      { rule, inTime: { order, random } },
    ),
  };
}

/** Compares what a model is asked now with what it learnt from. */
export async function modelDrift(question: ModelDriftQuestion): Promise<ModelDriftReport> {
  const { model, from, until, asOf, fittedUntil } = question;
  const { reference, referenceKind, random } = question;
  const first = question.answers.findIndex(({ asOf }) => asOf >= from);
  const asked = first < 0 ? [] : question.answers.slice(first);
  const sides = await sidesOf(question, asked);
  const { pairs, compared, current } = sides;
  const rows = { reference: reference.rows, current: current.length };
  const report = driftReport(compared, rows, { random });
  const folds = await foldsOf(question, sides);
  const concept = modelConcept(question.answers, { model, from, random });
  const times = Float64Array.from(current, ({ asOf }) => asOf);
  return {
    model,
    from,
    until,
    asOf,
    fittedUntil,
    asked: asked.length,
    reference: referenceKind,
    rankError: Math.max(
      0,
      ...compared.map((column) =>
        column.reference?.kind === 'numeric' ? column.reference.rankError : 0,
      ),
    ),
    ranking: rankingOf(report, reference),
    targets: targetDrift(question, current, random),
    together: folds && domainDrift(folds, random),
    concept,
    ...report,
    ...segmentsOf(sides, report, random),
    chunks: driftChunks(pairs, compared, [
      { side: 'current', times, order: inOrder(current.length) },
    ]),
  };
}
