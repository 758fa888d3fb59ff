import { ANOMALY_FEATURES } from '../features/anomaly-feature-list.js';
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
  /** Labels that were known when the chunk began: what the estimates rest on. */
  readonly referenceLabels: number;
  /** Confidence-based; null where there was nothing to answer. */
  readonly cbpe: ClassificationMetrics | null;
  /** Probabilistic adaptive: for what its answers are like; null below 200 known labels or 50 answers. */
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
}

const FEWEST_FOR_PAPE = { labels: 200, answers: 50 } as const;

async function estimates(
  known: readonly JudgedAnswer[],
  answers: readonly JudgedAnswer[],
  { learner, randomOf }: ChunkOptions,
): Promise<{ cbpe: PerformanceEstimate; pape: PerformanceEstimate | null }> {
  const labelled = labelledAnswers(known);
  const reference = scoredLabels(labelled);
  const probabilities = Float64Array.from(answers, ({ probability }) => probability);
  const cbpe = estimateCbpe(reference, probabilities);
  const enough =
    labelled.length >= FEWEST_FOR_PAPE.labels && answers.length >= FEWEST_FOR_PAPE.answers;
  if (!enough) return { cbpe, pape: null };
  const tableOf = (some: readonly JudgedAnswer[]): ReturnType<typeof featureTable> =>
    featureTable(
      ANOMALY_FEATURES,
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
  options: ChunkOptions,
): Promise<PerformanceChunk> {
  const answers = all.filter(({ asOf }) => asOf >= from && asOf < to);
  const known = labelledAnswers(all, from).filter(({ asOf }) => asOf < from);
  const labelled = labelledAnswers(answers);
  const facts = {
    from,
    to,
    answers: answers.length,
    modelVersions: [...new Set(answers.map(({ modelVersion }) => modelVersion))],
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
    chunks.push(await chunkOf(answers, [at, Math.min(to, at + options.length)], options));
  }
  return chunks;
}
