import { drawCounts, groupCodes } from '../statistics/bootstrap.js';
import { rankedMetrics } from '../statistics/classification-metrics.js';
import type { ClassificationMetrics } from '../statistics/classification-metrics.js';
import { deLongInterval } from '../statistics/delong.js';
import { percentileInterval } from '../statistics/interval.js';
import type { Interval } from '../statistics/interval.js';
import { rankLabels, rankOrder } from '../statistics/scored-labels.js';
import type { RankedLabels } from '../statistics/scored-labels.js';
import type { LabelledAnswer } from './performance-answer.js';
import { scoredLabels } from './performance-answer.js';

/** The figures of answers, with the Brier skill: 1 is perfect, 0 no better than the base rate. */
export interface PerformanceMetrics extends ClassificationMetrics {
  readonly brierSkill: number;
}

export const PERFORMANCE_NAMES = [
  'rocAuc',
  'prAuc',
  'brierSkill',
  'logLoss',
  'brier',
  'ece',
] as const;
export type PerformanceName = (typeof PERFORMANCE_NAMES)[number];

/** What was realised, with 90 % intervals. */
export interface RealisedFigures {
  readonly episodes: number;
  readonly failures: number;
  /** Share of failures among them, weighted. */
  readonly failureRate: number;
  readonly metrics: PerformanceMetrics;
  /** Bootstrapped, answers of one incident drawn together. */
  readonly intervals: Readonly<Record<PerformanceName, Interval>>;
  /** ROC-AUC's by DeLong, each answer by itself; unweighted. */
  readonly deLong: Interval;
}

/** How figures are made: a seeded source of chance, how many resamples. */
export interface FigureOptions {
  readonly random: () => number;
  /** One per answer; one each where absent. */
  readonly weights?: Float64Array | undefined;
  readonly resamples?: number | undefined;
}

/** Fewer failures or others than this say nothing. */
export const FEWEST_JUDGED = 5;

function withSkill(ranked: RankedLabels) {
  const metrics = rankedMetrics(ranked);
  const { labels, weights } = ranked;
  let [failures, total] = [0, 0];
  for (let rank = 0; rank < labels.length; rank += 1) {
    const weight = weights[rank] ?? 0;
    total += weight;
    if (labels[rank] === 1) failures += weight;
  }
  const rate = failures / total;
  return { rate, metrics: { ...metrics, brierSkill: 1 - metrics.brier / (rate * (1 - rate)) } };
}

/** What answers were worth; null where fewer than five failed or fewer than five did not. */
export function realisedFigures(
  answers: readonly LabelledAnswer[],
  { random, weights, resamples = 300 }: FigureOptions,
): RealisedFigures | null {
  const { labels, probabilities } = scoredLabels(answers);
  const failures = labels.reduce((sum, label) => sum + label, 0);
  if (Math.min(failures, labels.length - failures) < FEWEST_JUDGED) return null;
  const order = rankOrder(probabilities);
  const ranked = rankLabels({ labels, probabilities, weights }, order);
  const { rate, metrics } = withSkill(ranked);
  const codes = groupCodes(
    labels.length,
    answers.map(({ group }) => group),
  );
  const rankedCodes = order.map((row) => codes[row] ?? 0);
  const counts = new Float64Array(codes.reduce((most, code) => Math.max(most, code + 1), 0));
  const drawn: PerformanceMetrics[] = [];
  const drawnWeights = new Float64Array(labels.length);
  for (let resample = 0; resample < resamples; resample += 1) {
    drawCounts(counts, random);
    for (let rank = 0; rank < drawnWeights.length; rank += 1) {
      const count = counts[rankedCodes[rank] ?? 0] ?? 0;
      drawnWeights[rank] = count * (ranked.weights[rank] ?? 0);
    }
    drawn.push(withSkill({ ...ranked, weights: drawnWeights }).metrics);
  }
  const intervals = PERFORMANCE_NAMES.map((name) => [
    name,
    percentileInterval(drawn.map((each) => each[name])),
  ]);
  return {
    episodes: labels.length,
    failures,
    failureRate: rate,
    metrics,
    intervals: Object.fromEntries(intervals) as Record<PerformanceName, Interval>,
    deLong: deLongInterval({ labels, probabilities }),
  };
}
