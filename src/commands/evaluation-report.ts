import type { Evaluation, LearnerEvaluation, ModelParts } from '../core/training/evaluation.js';
import { AUTO } from '../core/training/auto-classifier.js';
import { baseRateLearner } from '../core/training/base-rate.js';
import { AVERAGE } from '../core/training/model-choice.js';
import { METRIC_NAMES } from '../core/statistics/classification-metrics.js';
import type { MetricName } from '../core/statistics/classification-metrics.js';
import type { EvaluationSets } from './evaluation-sets.js';

const TITLES: Record<MetricName, string> = {
  rocAuc: 'ROC-AUC',
  prAuc: 'PR-AUC',
  logLoss: 'log loss',
  brier: 'Brier',
  ece: 'ECE',
};

// On any table the lowest rung is known by the command line's name for it.
const SHOWN_NAMES: Readonly<Record<string, string>> = { 'base-rate': 'prior', boosting: 'trees' };

/** A learner's name as the command line has it: on a table without anomalies the prior is the base rate. */
export function shownName(learner: string): string {
  return SHOWN_NAMES[learner] ?? learner;
}

/** What is being done, with the learner's name as the command line has it. */
export function shownStep(step: string): string {
  return step.replace(/^[^,]+/, shownName);
}

/** The answer of `evaluate --json`. */
export function evaluationJson(sets: EvaluationSets, evaluation: Evaluation): object {
  const learners = named(evaluation).map(([name, one]) => [
    name,
    {
      ...one.metrics,
      fitSeconds: one.fitSeconds,
      intervals: one.intervals,
      calibration: one.calibration,
    },
  ]);
  const { choice } = evaluation;
  const leftOut = evaluation.leftOut.map((one) => [shownName(one.learner), one.reason]);
  const missing = sets.features
    .filter((column) => column.missing > 0)
    .map(({ feature, missing: count, unreadable }) => [
      feature.name,
      { missing: count, unreadable },
    ]);
  return {
    rows: sets.training.labels.length + sets.test.labels.length,
    train: sets.training.labels.length,
    test: sets.test.labels.length,
    positiveShare: { train: shareOf(sets.training.labels), test: shareOf(sets.test.labels) },
    features: kindsOf(sets.features),
    learners: Object.fromEntries(learners) as object,
    chosen: shownName(evaluation.chosen),
    verdict: evaluation.verdict,
    members: weightsOf(evaluation),
    // Before the test part was looked at: with no signal it is the base rate that answers.
    choice: {
      learner: shownName(choice.chosen),
      members: weightsOf(choice),
      calibration: choice.calibration,
    },
    leftOut: Object.fromEntries(leftOut) as object,
    shortened: evaluation.shortened.map(shownName),
    split: sets.how,
    unlabelled: sets.unlabelled,
    leftOutOfGroups: sets.left,
    missing: Object.fromEntries(missing) as object,
    notes: sets.notes,
  };
}

function weightsOf({ members }: ModelParts): object {
  return Object.fromEntries(members.map(({ learner, weight }) => [shownName(learner), weight]));
}

/** Learners by name; an average stands under its own as well as under `auto`. */
function named({ learners, chosen }: Evaluation): (readonly [string, LearnerEvaluation])[] {
  const auto = learners.find(({ learner }) => learner === AUTO);
  const entries = learners.map((one) => [shownName(one.learner), one] as const);
  if (auto !== undefined && chosen === AVERAGE) entries.push([AVERAGE, auto]);
  return entries;
}

/** The same for people: what was read, what was done with it, the figures, the verdict. */
export function evaluationText(sets: EvaluationSets, evaluation: Evaluation): string {
  return [
    ...about(sets),
    '',
    ...figures(evaluation.learners),
    ...evaluation.leftOut.map(
      ({ learner, reason }) => `Left out: ${shownName(learner)} (${reason}).`,
    ),
    ...shortenedText(evaluation),
    '',
    `Chosen inside the training part: ${chosenText(evaluation.choice)}. ${verdictText(evaluation)}`,
    '',
  ].join('\n');
}

function shortenedText({ shortened }: Evaluation): string[] {
  if (shortened.length === 0) return [];
  return [`Cut short by the time budget: ${shortened.map(shownName).join(', ')}.`];
}

const HOW = '(paired bootstrap of log loss, 90 %)';

function verdictText({ verdict, choice }: Evaluation): string {
  if (verdict === 'signal') return `Signal: it beats the base rate on the test part ${HOW}.`;
  if (choice.chosen === baseRateLearner.name) return 'No signal: that is the base rate itself.';
  return `No signal: it says no more than a base rate on the test part ${HOW}, so auto answers with the base rate.`;
}

/** The choice with what it is made of: an average by its members' weights, and its calibration. */
function chosenText({ chosen, members, calibration }: ModelParts): string {
  const parts = members.map(
    ({ learner, weight }) => `${(100 * weight).toFixed(0)} % ${shownName(learner)}`,
  );
  const whole = parts.length > 1 ? `${shownName(chosen)} (${parts.join(', ')})` : shownName(chosen);
  return calibration === 'identity' ? whole : `${whole}, calibrated by ${calibration}`;
}

function about(sets: EvaluationSets): string[] {
  const { training, test, features, unlabelled, left } = sets;
  const kinds = Object.entries(kindsOf(features)).map(([kind, count]) => `${count} ${kind}`);
  const lines = [
    `${features.length} features: ${kinds.join(', ')}.`,
    `${training.labels.length} rows train (${positives(training.labels)}), ${test.labels.length} test (${positives(test.labels)}); split ${sets.how}.`,
    missingLine(features),
    ...sets.notes,
  ];
  if (unlabelled > 0) lines.push(`${unlabelled} rows without a label were left out.`);
  if (left > 0)
    lines.push(`${left} earlier rows of groups that reach into the test part were left out.`);
  return lines;
}

/** How many features there are of each kind that there is. */
function kindsOf(features: EvaluationSets['features']): Record<string, number> {
  const counts = ['numeric', 'categorical', 'boolean', 'time']
    .map((kind) => [kind, features.filter((column) => column.kind === kind).length] as const)
    .filter(([, count]) => count > 0);
  return Object.fromEntries(counts);
}

function positives(labels: Uint8Array): string {
  return `${(100 * shareOf(labels)).toFixed(1)} % positive`;
}

function shareOf(labels: Uint8Array): number {
  return labels.reduce((sum, label) => sum + label, 0) / labels.length;
}

function missingLine(features: EvaluationSets['features']): string {
  const gaps = features.filter((column) => column.missing > 0);
  if (gaps.length === 0) return 'No cell is missing.';
  const shown = gaps.map(({ feature, missing, unreadable }) => {
    const odd = unreadable > 0 ? `, ${unreadable} of them unreadable` : '';
    return `${feature.name} (${missing}${odd})`;
  });
  const done = 'numbers take the median and a mark, categories a category of their own';
  return `Missing cells in ${shown.join(', ')}: ${done}.`;
}

function figures(learners: readonly LearnerEvaluation[]): string[] {
  const cell = (one: LearnerEvaluation, name: MetricName): string => {
    const [low, high] = one.intervals[name].map((bound) => bound.toFixed(3));
    return `${one.metrics[name].toFixed(4)} [${low ?? ''}, ${high ?? ''}]`;
  };
  const rows = [
    ['learner', ...METRIC_NAMES.map((name) => TITLES[name]), 'calibration', 'fit s'],
    ...learners.map((one) => [
      shownName(one.learner),
      ...METRIC_NAMES.map((name) => cell(one, name)),
      one.calibration,
      one.fitSeconds.toFixed(2),
    ]),
  ];
  const [header = []] = rows;
  const widths = header.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
