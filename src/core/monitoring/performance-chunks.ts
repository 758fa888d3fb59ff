import type { FeatureSchema } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import { selectRows } from '../features/table-rows.js';
import { METRIC_NAMES } from '../statistics/classification-metrics.js';
import type { ClassificationMetrics, MetricName } from '../statistics/classification-metrics.js';
import type { Interval } from '../statistics/interval.js';
import type { Duration, Instant } from '../telemetry/time.js';
import type { Learner } from '../training/classifier.js';
import type { JudgedAnswer } from './performance-answer.js';
import { isLabelled, labelledAnswers, scoredLabels } from './performance-answer.js';
import { estimateCbpe, estimatePape } from './performance-estimate.js';
import type { PerformanceEstimate } from './performance-estimate.js';
import { realisedRange } from './performance-expected.js';
import type { RealisedFigures } from './performance-figures.js';
import { realisedFigures } from './performance-figures.js';

/** One stretch of time: what was to be expected before its labels came, and what came. */
export interface PerformanceChunk {
  readonly from: Instant;
  readonly to: Instant;
  readonly answers: number;
  /** The models that answered. */
  readonly modelVersions: readonly string[];
  /** Labels of the same models that were known when the chunk began: what the estimates rest on. */
  readonly referenceLabels: number;
  /** Confidence-based; null where there was nothing to answer. */
  readonly cbpe: ClassificationMetrics | null;
  /** Probabilistic adaptive: for what its answers are like. */
  readonly pape: ClassificationMetrics | null;
  /** Why there is none: below 50 answers, below 200 known labels, or before the last 13 chunks. */
  readonly papeMissing: 'few-answers' | 'few-labels' | 'long-ago' | null;
  /**
   * Where the realised figures should lie, 90 %, by the latter where there is one: of its labelled
   * answers once they are realised.
   */
  readonly expected: Readonly<Record<MetricName, Interval>> | null;
  /** Null while too few labels are known. */
  readonly realised: RealisedFigures | null;
  /** Whether each figure was realised where it was expected; null until it can be told. */
  readonly reconciled: Readonly<Record<MetricName, boolean>> | null;
}

/** How chunks are estimated. */
export interface ChunkOptions {
  readonly length: Duration;
  /** Tells a chunk's answers from earlier ones. */
  readonly learner: Learner;
  /** A seeded source of chance, anew for each chunk. */
  readonly randomOf: () => () => number;
}

const FEWEST_FOR_PAPE = { labels: 200, answers: 50 } as const;

/** Telling a chunk apart takes a tenth of a second: all of the usual report, the latest of a longer one. */
const CHUNKS_WITH_PAPE = 13;

/** The newest labels say what rows are like; more would only take longer. */
const MOST_REFERENCE = 1500;

/** What tells answers apart: where, what and how much, a few features of each. */
const COMPARED: FeatureSchema = {
  features: [
    { name: 'service', kind: 'categorical' },
    { name: 'rule', kind: 'categorical' },
    { name: 'journey_stage', kind: 'categorical' },
    { name: 'severity_level', kind: 'numeric' },
    { name: 'threshold_log_ratio', kind: 'numeric' },
    { name: 'relevance', kind: 'numeric' },
    { name: 'expected_conversions_log', kind: 'numeric' },
    { name: 'conversions_log_ratio_15m', kind: 'numeric' },
    { name: 'open_episodes', kind: 'numeric' },
    { name: 'service_rule_failure_logit', kind: 'numeric' },
  ],
};

function reconcile(
  realised: RealisedFigures | null,
  expected: PerformanceChunk['expected'],
): PerformanceChunk['reconciled'] {
  if (realised === null || expected === null) return null;
  const told = METRIC_NAMES.map((name) => {
    const [low, high] = expected[name];
    return [name, realised.metrics[name] >= low && realised.metrics[name] <= high];
  });
  return Object.fromEntries(told) as Record<MetricName, boolean>;
}

interface Estimates {
  readonly cbpe: PerformanceEstimate;
  readonly pape: PerformanceEstimate | null;
  readonly papeMissing: PerformanceChunk['papeMissing'];
}

function whyNoPape(
  labels: number,
  answers: number,
  isRecent: boolean,
): PerformanceChunk['papeMissing'] {
  if (answers < FEWEST_FOR_PAPE.answers) return 'few-answers';
  if (labels < FEWEST_FOR_PAPE.labels) return 'few-labels';
  return isRecent ? null : 'long-ago';
}

async function estimates(
  known: readonly JudgedAnswer[],
  answers: readonly JudgedAnswer[],
  { learner, randomOf, isRecent }: ChunkOptions & { readonly isRecent: boolean },
): Promise<Estimates> {
  const labelled = labelledAnswers(known).slice(-MOST_REFERENCE);
  const reference = scoredLabels(labelled);
  const probabilities = Float64Array.from(answers, ({ probability }) => probability);
  const cbpe = estimateCbpe(reference, probabilities);
  const papeMissing = whyNoPape(labelled.length, answers.length, isRecent);
  if (papeMissing !== null) return { cbpe, pape: null, papeMissing };
  const tableOf = (some: readonly JudgedAnswer[]): ReturnType<typeof featureTable> =>
    featureTable(
      COMPARED,
      some.map(({ features }) => features),
    );
  const pape = await estimatePape(
    { ...reference, table: selectRows(tableOf(labelled), reference.places) },
    { probabilities, table: tableOf(answers) },
    { learner, random: randomOf() },
  );
  return { cbpe, pape, papeMissing };
}

/** Of the answers whose labels are known, once there are enough to be realised: else of all. */
function expectedRange(
  answers: readonly JudgedAnswer[],
  calibrated: Float64Array,
  { isRealised, random }: { readonly isRealised: boolean; readonly random: () => number },
): Record<MetricName, Interval> {
  const rows = [...answers.keys()].filter((row) => {
    const answer = answers[row];
    return !isRealised || (answer !== undefined && isLabelled(answer));
  });
  const unlabelled = {
    probabilities: Float64Array.from(rows, (row) => answers[row]?.probability ?? 0),
    calibrated: Float64Array.from(rows, (row) => calibrated[row] ?? 0),
    groups: rows.map((row) => answers[row]?.group ?? ''),
  };
  return realisedRange(unlabelled, { random });
}

async function chunkOf(
  all: readonly JudgedAnswer[],
  [from, to]: readonly [Instant, Instant],
  options: ChunkOptions & { readonly isRecent: boolean },
): Promise<PerformanceChunk> {
  const answers = all.filter(({ asOf }) => asOf >= from && asOf < to);
  const versions = new Set(answers.map(({ modelVersion }) => modelVersion));
  // What another model's probabilities meant says nothing of these.
  const known = labelledAnswers(all, from).filter(
    ({ asOf, modelVersion }) => asOf < from && versions.has(modelVersion),
  );
  const labelled = labelledAnswers(answers);
  const facts = {
    from,
    to,
    answers: answers.length,
    modelVersions: [...versions],
    referenceLabels: known.length,
    realised: realisedFigures(labelled, { random: options.randomOf() }),
  };
  if (answers.length === 0) {
    const none = { cbpe: null, pape: null, expected: null, reconciled: null };
    return { ...facts, ...none, papeMissing: 'few-answers' };
  }
  const { cbpe, pape, papeMissing } = await estimates(known, answers, options);
  const expected = expectedRange(answers, (pape ?? cbpe).calibrated, {
    isRealised: facts.realised !== null,
    random: options.randomOf(),
  });
  const reconciled = reconcile(facts.realised, expected);
  const estimated = { cbpe: cbpe.metrics, pape: pape?.metrics ?? null, papeMissing, expected };
  return { ...facts, ...estimated, reconciled };
}

/**
 * Answers by time: each chunk as it could be estimated when it began, by labels known then, and as
 * it was realised.
 *
 * @param answers those before the stretch too: their labels are what estimates rest on
 */
export async function performanceChunks(
  answers: readonly JudgedAnswer[],
  [from, to]: readonly [Instant, Instant],
  options: ChunkOptions,
): Promise<PerformanceChunk[]> {
  const chunks: PerformanceChunk[] = [];
  for (let at = from; at < to; at += options.length) {
    const isRecent = at + CHUNKS_WITH_PAPE * options.length >= to;
    const stretch = [at, Math.min(to, at + options.length)] as const;
    chunks.push(await chunkOf(answers, stretch, { ...options, isRecent }));
  }
  return chunks;
}
