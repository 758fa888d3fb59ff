import { drawCounts, groupCodes, pairedBootstrap } from './bootstrap.js';
import type { BootstrapOptions, PairedDifference } from './bootstrap.js';
import { percentileInterval, unbiasedInterval } from './interval.js';
import type { Interval } from './interval.js';
import { probabilityMetrics } from './probability-metrics.js';
import type { ProbabilityMetrics } from './probability-metrics.js';
import { rankingMetrics } from './ranking-metrics.js';
import type { RankingMetrics } from './ranking-metrics.js';
import { rankLabels, rankOrder, rowLogLoss } from './scored-labels.js';
import type { RankedLabels, ScoredLabels } from './scored-labels.js';

/** ROC-AUC, PR-AUC (average precision), log loss (nats), Brier score and ECE (15 bins). */
export type ClassificationMetrics = RankingMetrics & ProbabilityMetrics;

export const METRIC_NAMES = ['rocAuc', 'prAuc', 'logLoss', 'brier', 'ece'] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** The five figures of scored labels. */
export function classificationMetrics(scored: ScoredLabels): ClassificationMetrics {
  return rankedMetrics(rankLabels(scored));
}

/** How to resample, and which rows are drawn together; each by itself where absent. */
export type GroupedBootstrap = BootstrapOptions & {
  readonly groups?: readonly string[] | undefined;
};

/**
 * The 90 % bootstrap interval of each of the five figures, rows of one group drawn together: the
 * percentile interval, except for ECE.
 */
export function metricIntervals(
  scored: ScoredLabels,
  { random, resamples = 1000, groups }: GroupedBootstrap,
): Record<MetricName, Interval> {
  const order = rankOrder(scored.probabilities);
  const ranked = rankLabels(scored, order);
  const byRow = groupCodes(order.length, groups);
  const codes = groups === undefined ? byRow : order.map((row) => byRow[row] ?? 0);
  const counts = new Float64Array(codes.reduce((most, code) => Math.max(most, code + 1), 0));
  const drawn: ClassificationMetrics[] = [];
  const weights = new Float64Array(order.length);
  for (let resample = 0; resample < resamples; resample += 1) {
    // Drawing a row k times is weighing it k times: the ranking is sorted once, not per resample.
    drawCounts(counts, random);
    for (let i = 0; i < weights.length; i += 1) {
      weights[i] = (counts[codes[i] ?? 0] ?? 0) * (ranked.weights[i] ?? 0);
    }
    drawn.push(rankedMetrics({ ...ranked, weights }));
  }
  const interval = (name: MetricName): Interval => percentileInterval(drawn.map((m) => m[name]));
  return {
    rocAuc: interval('rocAuc'),
    prAuc: interval('prAuc'),
    logLoss: interval('logLoss'),
    brier: interval('brier'),
    ece: unbiasedInterval(
      rankedMetrics(ranked).ece,
      drawn.map(({ ece }) => ece),
    ),
  };
}

/**
 * Log loss of the first minus that of the second on the same rows: below zero, the first is
 * better. Paired bootstrap, rows of one group drawn together.
 */
export function logLossDifference(
  first: ScoredLabels,
  second: Float64Array,
  options: GroupedBootstrap,
): PairedDifference {
  const differences = Float64Array.from(first.labels, (label, row) => {
    const mine = rowLogLoss(label, first.probabilities[row] ?? Number.NaN);
    return mine - rowLogLoss(label, second[row] ?? Number.NaN);
  });
  return pairedBootstrap({ differences, weights: first.weights, groups: options.groups }, options);
}

/** The same of labels that are ranked already: sorted once however often they are weighed. */
export function rankedMetrics(ranked: RankedLabels): ClassificationMetrics {
  return { ...rankingMetrics(ranked), ...probabilityMetrics(ranked) };
}
