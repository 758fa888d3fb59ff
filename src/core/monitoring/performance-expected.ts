import { groupCodes } from '../statistics/bootstrap.js';
import type { BootstrapOptions } from '../statistics/bootstrap.js';
import {
  classificationMetrics,
  METRIC_NAMES,
  rankedMetrics,
} from '../statistics/classification-metrics.js';
import type { ClassificationMetrics, MetricName } from '../statistics/classification-metrics.js';
import { percentileInterval } from '../statistics/interval.js';
import type { Interval } from '../statistics/interval.js';
import { rankLabels, rankOrder } from '../statistics/scored-labels.js';

/** What a model said of rows whose labels are not known, and how probable a failure truly is. */
export interface UnlabelledRows {
  /** As the model said them: they rank the rows and are what is judged. */
  readonly probabilities: Float64Array;
  /** Honest ones, by which each row would be a failure. */
  readonly calibrated: Float64Array;
  /** One name per row; rows of one group fail together. Every row by itself where absent. */
  readonly groups?: readonly string[] | undefined;
}

/**
 * The figures to expect of rows whose labels are not known: each row counts as a failure with its
 * calibrated probability and as none with the rest (confidence-based performance estimation, CBPE;
 * NannyML's `estimate_roc_auc` and its like). Right where the probabilities are honest.
 */
export function expectedMetrics({
  probabilities,
  calibrated,
}: UnlabelledRows): ClassificationMetrics {
  const rows = probabilities.length;
  const labels = new Uint8Array(2 * rows).fill(1, 0, rows);
  const twice = new Float64Array(2 * rows);
  const weights = new Float64Array(2 * rows);
  probabilities.forEach((probability, row) => {
    const chance = calibrated[row] ?? 0;
    twice[row] = probability;
    twice[rows + row] = probability;
    weights[row] = chance;
    weights[rows + row] = 1 - chance;
  });
  return classificationMetrics({ labels, probabilities: twice, weights });
}

/**
 * Where the realised figures of these rows will lie, 90 %, if the calibrated probabilities are
 * honest: every group draws once how lucky it is, and so what its rows' labels are.
 */
export function realisedRange(
  { probabilities, calibrated, groups }: UnlabelledRows,
  { random, resamples = 200 }: BootstrapOptions,
): Record<MetricName, Interval> {
  const rows = probabilities.length;
  const order = rankOrder(probabilities);
  const ranked = rankLabels({ labels: new Uint8Array(rows), probabilities }, order);
  const groupOf = groupCodes(rows, groups);
  const luck = new Float64Array(new Set(groupOf).size);
  const drawn: ClassificationMetrics[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    for (let group = 0; group < luck.length; group += 1) luck[group] = random();
    order.forEach((row, rank) => {
      ranked.labels[rank] = (luck[groupOf[row] ?? 0] ?? 1) < (calibrated[row] ?? 0) ? 1 : 0;
    });
    drawn.push(rankedMetrics(ranked));
  }
  const ranges = METRIC_NAMES.map((name) => [name, percentileInterval(drawn.map((m) => m[name]))]);
  return Object.fromEntries(ranges) as Record<MetricName, Interval>;
}
