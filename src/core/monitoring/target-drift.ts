import { orderByGroup } from './coded-series.js';
import type { ColumnValues } from './column-values.js';
import { comparedColumn } from './column-values.js';
import type { ComparedColumn } from './drift-evidence.js';
import type { DriftReference, LatestTargets } from './drift-reference.js';
import type { ReportedColumn } from './drift-report.js';
import { driftReport } from './drift-report.js';
import type { DriftSample } from './drift-sample.js';
import type { JudgedAnswer } from './performance-answer.js';
import { labelledAnswers } from './performance-answer.js';
import { sampleOfSketch } from './quantile-sketch.js';

/** The model's own answers, and the share of failures, judged together. */
export type TargetDrift = Readonly<Record<'prediction' | 'label', ReportedColumn>>;

const NOTHING_KEPT: LatestTargets = {
  predictions: { values: [], groups: [] },
  labels: { values: [], groups: [] },
};

/** A column, and which of its rows hang together. */
interface Grouped {
  readonly column: ColumnValues;
  readonly groups: readonly (string | number)[];
}

/** All training rows beside the rows now; the latest of them beside those where blocks are permuted. */
function targetOf(
  name: string,
  training: DriftSample,
  [latest, now]: readonly [Grouped, Grouped],
): ComparedColumn {
  const pair = { name, reference: latest.column, current: now.column };
  const order = { reference: orderByGroup(latest.groups), current: orderByGroup(now.groups) };
  return { ...comparedColumn(pair, order), reference: training };
}

const numbers = (values: readonly number[]): ColumnValues => ({
  kind: 'numeric',
  values: Float64Array.from(values),
});

const outcomes = (failed: readonly boolean[]): ColumnValues => ({
  kind: 'categorical',
  values: failed.map((one) => (one ? 'failure' : 'none')),
});

const groupsOf = (answers: readonly JudgedAnswer[]): string[] => answers.map(({ group }) => group);

function predictionsOf(reference: DriftReference, own: readonly JudgedAnswer[]): ComparedColumn {
  const { values, groups } = (reference.latestTargets ?? NOTHING_KEPT).predictions;
  const now = numbers(own.map(({ probability }) => probability));
  return targetOf('prediction', sampleOfSketch(reference.probability), [
    { column: numbers(values), groups },
    { column: now, groups: groupsOf(own) },
  ]);
}

function labelsOf(reference: DriftReference, current: readonly JudgedAnswer[]): ComparedColumn {
  const { values, groups } = (reference.latestTargets ?? NOTHING_KEPT).labels;
  const { labelled, failures } = reference;
  const counts = new Map([
    ['failure', failures],
    ['none', labelled - failures],
  ]);
  const known = labelledAnswers(current);
  const now = outcomes(known.map(({ label, share }) => label === 1 && share >= 0.5));
  return targetOf('label', { kind: 'categorical', counts, count: labelled, missing: 0 }, [
    { column: outcomes(values.map((label) => label === 1)), groups },
    { column: now, groups: groupsOf(known) },
  ]);
}

/** Judges what a model answers now, and what came of it, against its training rows. */
export function targetDrift(
  { reference, model }: { readonly reference: DriftReference; readonly model: string },
  current: readonly JudgedAnswer[],
  random: () => number,
): TargetDrift {
  const own = current.filter(({ modelVersion }) => modelVersion === model);
  const columns = [predictionsOf(reference, own), labelsOf(reference, current)];
  const rows = { reference: reference.rows, current: current.length };
  const { prediction, label } = driftReport(columns, rows, { random }).columns;
  if (prediction === undefined || label === undefined) throw new RangeError('no target was judged');
  return { prediction, label };
}
