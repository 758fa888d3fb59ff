import type { FeatureSchema } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import type { ClassificationMetrics, MetricName } from '../statistics/classification-metrics.js';
import type { Interval } from '../statistics/interval.js';
import type { Duration, Instant } from '../telemetry/time.js';
import type { Learner } from '../training/classifier.js';
import type { JudgedAnswer } from './performance-answer.js';
import { labelledAnswers, scoredLabels } from './performance-answer.js';
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
  /** Probabilistic adaptive: for what its answers are like; null below 200 known labels or 50 answers, and before the last four chunks. */
  readonly pape: ClassificationMetrics | null;
  /** Where the realised figures should lie, 90 %, by the latter where there is one. */
  readonly expected: Readonly<Record<MetricName, Interval>> | null;
  /** Null while too few labels are known. */
  readonly realised: RealisedFigures | null;
}

/** How chunks are estimated. */
export interface ChunkOptions {
  readonly length: Duration;
  /** Tells a chunk's answers from earlier ones. */
  readonly learner: Learner;
  /** A seeded source of chance, anew for each chunk. */
  readonly randomOf: () => () => number;
  /** Awaited before each chunk, so that a server can answer others meanwhile. */
  readonly pause?: (() => Promise<void>) | undefined;
}

const FEWEST_FOR_PAPE = { labels: 200, answers: 50 } as const;

/** Telling chunks apart takes a second each: older ones are realised anyway. */
const CHUNKS_WITH_PAPE = 4;

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

async function estimates(
  known: readonly JudgedAnswer[],
  answers: readonly JudgedAnswer[],
  { learner, randomOf, isRecent }: ChunkOptions & { readonly isRecent: boolean },
): Promise<{ cbpe: PerformanceEstimate; pape: PerformanceEstimate | null }> {
  const labelled = labelledAnswers(known).slice(-MOST_REFERENCE);
  const reference = scoredLabels(labelled);
  const probabilities = Float64Array.from(answers, ({ probability }) => probability);
  const cbpe = estimateCbpe(reference, probabilities);
  const enough =
    isRecent &&
    labelled.length >= FEWEST_FOR_PAPE.labels &&
    answers.length >= FEWEST_FOR_PAPE.answers;
  if (!enough) return { cbpe, pape: null };
  const tableOf = (some: readonly JudgedAnswer[]): ReturnType<typeof featureTable> =>
    featureTable(
      COMPARED,
      some.map(({ features }) => features),
    );
  const pape = await estimatePape(
    { ...reference, table: tableOf(labelled) },
    { probabilities, table: tableOf(answers) },
    { learner, random: randomOf() },
  );
  return { cbpe, pape };
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
  if (answers.length === 0) return { ...facts, cbpe: null, pape: null, expected: null };
  const { cbpe, pape } = await estimates(known, answers, options);
  const probabilities = Float64Array.from(answers, ({ probability }) => probability);
  const { calibrated } = pape ?? cbpe;
  const expected = realisedRange({ probabilities, calibrated }, { random: options.randomOf() });
  return { ...facts, cbpe: cbpe.metrics, pape: pape?.metrics ?? null, expected };
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
    await options.pause?.();
    chunks.push(await chunkOf(answers, stretch, { ...options, isRecent }));
  }
  return chunks;
}
