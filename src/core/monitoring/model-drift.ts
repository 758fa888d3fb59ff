import type { FeatureSchema } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import type { Instant } from '../telemetry/time.js';
import type { Learner } from '../training/classifier.js';
import { meanChanges } from './adaptive-window.js';
import type { ColumnPair } from './column-values.js';
import { comparedColumn } from './column-values.js';
import type { DomainDrift } from './domain-classifier.js';
import { domainDrift } from './domain-classifier.js';
import { driftChunks } from './drift-chunks.js';
import type { ComparedColumn } from './drift-evidence.js';
import type { RankedFeature } from './drift-ranking.js';
import { rankingOf } from './drift-ranking.js';
import type { DriftReference } from './drift-reference.js';
import { columnsOf, latestValues } from './drift-reference.js';
import type { DriftReport, ReportedColumn } from './drift-report.js';
import { driftReport } from './drift-report.js';
import { categoricalSample, numericSample } from './drift-sample.js';
import { driftBySegment } from './drift-segments.js';
import type { JudgedAnswer, LabelledAnswer } from './performance-answer.js';
import { labelledAnswers } from './performance-answer.js';
import { sampleOfSketch } from './quantile-sketch.js';
import type { ServiceConcept } from './service-concept.js';
import { driftedServices, serviceConcept } from './service-concept.js';

/** Rows a side that the classifier of domains is taught with, the latest ones. */
const TOLD_APART = 1000;

/** Answers that are compared with the training rows: more would find no change that the floor lets count. */
const MOST_COMPARED = 10_000;

/** Answers a side whose failures are set against the expected ones. */
const MOST_JUDGED = 20_000;

/** Fewer labelled answers show no change of the errors. */
const FEWEST_LABELLED = 40;

/** A lasting change of the mean squared error of the model's probabilities. */
export interface ConceptChange {
  readonly at: Instant;
  readonly before: number;
  readonly after: number;
}

/** Whether the same inputs still mean what the model learnt that they mean. */
export interface ModelConcept {
  /** Those whose label is known, whenever they were given. */
  readonly answers: number;
  readonly changes: readonly ConceptChange[];
  /** Those whose alerts mean something else from `from` on, the most certain first. */
  readonly driftedServices: readonly string[];
  /** Failures from `from` on against those that the answers before led to expect, by service and stage. */
  readonly byService: readonly ServiceConcept[];
}

/** What changed between what a model learnt from and what it is asked now. */
export interface ModelDriftReport extends DriftReport {
  readonly model: string;
  readonly from: Instant;
  readonly until: Instant;
  /** Asked from `from` on; where they are many, `rows.current` of them are compared, chosen at random. */
  readonly asked: number;
  /** What it is compared with: the model's training rows, or what was asked before `from`. */
  readonly reference: 'training' | 'earlier';
  /** How far shares in the reference may be off, because it is kept in few numbers. */
  readonly rankError: number;
  /** The largest estimated loss first. */
  readonly ranking: readonly RankedFeature[];
  /** The model's own answers, and the share of failures, judged together. */
  readonly targets: Readonly<Record<'prediction' | 'label', ReportedColumn>>;
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
  readonly reference: DriftReference;
  readonly referenceKind: ModelDriftReport['reference'];
  /** All first answers up to `until`, oldest first. */
  readonly answers: readonly JudgedAnswer[];
  readonly learner: Learner;
  readonly random: () => number;
}

type Answers = readonly JudgedAnswer[];

interface Sides {
  readonly pairs: readonly ColumnPair[];
  readonly compared: readonly ComparedColumn[];
  readonly current: Answers;
}

const upTo = (length: number): Uint32Array => Uint32Array.from({ length }, (_, row) => row);

/** As many answers as that, chosen at random; all of them where they are fewer. */
function someOf(answers: Answers, most: number, random: () => number): Answers {
  const share = most / answers.length;
  return share < 1 ? answers.filter(() => random() < share) : answers;
}

/** Latest training rows beside the rows asked now, and every training row as a sketch beside them. */
function sidesOf({ schema, reference, random }: ModelDriftQuestion, asked: Answers): Sides {
  const current = someOf(asked, MOST_COMPARED, random);
  const now = columnsOf(
    featureTable(
      schema,
      current.map(({ features }) => features),
    ),
  );
  const pairs = [...now].map(([name, column]): ColumnPair => {
    const before = reference.columns[name];
    return { name, reference: before === undefined ? null : latestValues(before), current: column };
  });
  const compared = pairs.map((pair) => {
    const before = reference.columns[pair.name];
    const rows = before?.latest.length ?? 0;
    const order = { reference: upTo(rows), current: upTo(current.length) };
    const column = comparedColumn(pair, order);
    return { ...column, reference: before === undefined ? null : sampleOfSketch(before.sketch) };
  });
  return { pairs, compared, current };
}

function targetsOf(
  { reference, model }: ModelDriftQuestion,
  current: Answers,
): ModelDriftReport['targets'] {
  const own = current.filter(({ modelVersion }) => modelVersion === model);
  const labels = labelledAnswers(current).map(({ label }) => (label === 1 ? 'failure' : 'none'));
  const failures = new Map([
    ['failure', reference.failures],
    ['none', reference.labelled - reference.failures],
  ]);
  const columns: ComparedColumn[] = [
    {
      name: 'prediction',
      reference: sampleOfSketch(reference.probability),
      current: numericSample(Float64Array.from(own, ({ probability }) => probability)),
    },
    {
      name: 'label',
      reference: {
        kind: 'categorical',
        counts: failures,
        count: reference.labelled,
        missing: 0,
      },
      current: categoricalSample(labels),
    },
  ];
  const rows = { reference: reference.rows, current: current.length };
  const { prediction, label } = driftReport(columns, rows).columns;
  if (prediction === undefined || label === undefined) throw new RangeError('no target was judged');
  return { prediction, label };
}

async function togetherOf(
  { schema, learner, random, reference }: ModelDriftQuestion,
  current: Answers,
): Promise<DomainDrift | null> {
  const names = schema.features.map(({ name }) => name);
  const rows = Math.max(0, ...names.map((name) => reference.columns[name]?.latest.length ?? 0));
  const before = Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(names.map((name) => [name, reference.columns[name]?.latest[row] ?? null])),
  );
  const now = current.slice(-TOLD_APART).map(({ features }) => features);
  if (Math.min(before.length, now.length) < 60) return null;
  const isCurrent = Uint8Array.from([...before.map(() => 0), ...now.map(() => 1)]);
  return await domainDrift(featureTable(schema, [...before, ...now]), isCurrent, {
    learner,
    random,
  });
}

/** Changes of the model's errors, over answers whose labels are known, oldest first. */
function errorChanges(own: readonly LabelledAnswer[]): ConceptChange[] {
  if (own.length < FEWEST_LABELLED) return [];
  const errors = own.map(({ probability, label }) => (probability - label) ** 2);
  return meanChanges(errors).map(({ index, before, after }) => ({
    at: own[index]?.asOf ?? Number.NaN,
    before,
    after,
  }));
}

function conceptOf({ answers, model, from, random }: ModelDriftQuestion): ModelConcept {
  const own = answers.filter(({ modelVersion }) => modelVersion === model);
  const labelled = labelledAnswers(own);
  const side = (isSide: (asOf: Instant) => boolean): Answers =>
    someOf(
      own.filter((one) => one.failureProbability !== null && isSide(one.asOf)),
      MOST_JUDGED,
      random,
    );
  const [earlier, current] = [side((at) => at < from), side((at) => at >= from)];
  const byService = serviceConcept({ earlier, current }, random);
  return {
    answers: labelled.length,
    changes: errorChanges(labelled),
    driftedServices: driftedServices(byService),
    byService,
  };
}

function segmentsOf({ pairs, current }: Sides, report: DriftReport): Pick<DriftReport, 'segments'> {
  const before = pairs.find(({ name }) => name === 'segment')?.reference;
  const now = current.map(({ segment }) => segment);
  if (before?.kind !== 'categorical' || new Set(now).size < 2) return {};
  const features = pairs.filter(({ name }) => name !== 'segment');
  return {
    segments: driftBySegment(features, { reference: before.values, current: now }, report.rule),
  };
}

/** Compares what a model is asked now with what it learnt from. */
export async function modelDrift(question: ModelDriftQuestion): Promise<ModelDriftReport> {
  const { model, from, until, reference, referenceKind, random } = question;
  const asked = question.answers.filter(({ asOf }) => asOf >= from);
  const sides = sidesOf(question, asked);
  const { pairs, compared, current } = sides;
  const rows = { reference: reference.rows, current: current.length };
  const report = driftReport(compared, rows, { random });
  const times = Float64Array.from(current, ({ asOf }) => asOf);
  return {
    model,
    from,
    until,
    asked: asked.length,
    reference: referenceKind,
    rankError: Math.max(
      0,
      ...compared.map((column) =>
        column.reference?.kind === 'numeric' ? column.reference.rankError : 0,
      ),
    ),
    ranking: rankingOf(report, reference),
    targets: targetsOf(question, current),
    together: await togetherOf(question, current),
    concept: conceptOf(question),
    ...report,
    ...segmentsOf(sides, report),
    chunks: driftChunks(pairs, compared, [{ side: 'current', times, order: upTo(current.length) }]),
  };
}
