import type { FeatureTable } from '../features/feature-schema.js';
import { joinTables, selectRows } from '../features/table-rows.js';
import type { ClassificationMetrics } from '../statistics/classification-metrics.js';
import { FEWEST_FOR_VENN_ABERS, rarerClass } from '../training/calibration-choice.js';
import { fitBeta } from '../training/beta-calibration.js';
import { calibrated } from '../training/calibration.js';
import type { Calibration, HeldOutOdds } from '../training/calibration.js';
import type { Learner } from '../training/classifier.js';
import { finiteLogOdds } from '../training/held-out-rows.js';
import { sigmoid } from '../training/linear-margin.js';
import { fitVennAbers } from '../training/venn-abers.js';
import { expectedMetrics } from './performance-expected.js';

/** Rows with labels: what the model said of a time when it was known how it went. */
export interface ReferenceRows {
  readonly probabilities: Float64Array;
  readonly labels: Uint8Array;
  /** One each where absent. */
  readonly weights?: Float64Array | undefined;
}

/** Estimated figures, and the honest probabilities that they rest on. */
export interface PerformanceEstimate {
  readonly metrics: ClassificationMetrics;
  readonly calibrated: Float64Array;
}

/** Reference rows with what they are like, so that those which resemble others can be told. */
export interface FeaturedReference extends ReferenceRows {
  readonly table: FeatureTable;
}

/** Rows of a chunk without labels. */
export interface FeaturedChunk {
  readonly probabilities: Float64Array;
  readonly table: FeatureTable;
}

/** With fewer of the rarer class the probabilities are taken to be honest. */
const FEWEST_TO_CALIBRATE = 30;

/** The reference rows that a chunk is compared with, at most: enough to tell a shift. */
const MOST_COMPARED = 20_000;

/** No reference row stands for more than so many of the chunk's average. */
const HEAVIEST = 20;

function calibrationOf(rows: HeldOutOdds): Calibration {
  const rarer = rarerClass(rows.labels);
  if (rarer < FEWEST_TO_CALIBRATE) return { kind: 'identity' };
  return rarer < FEWEST_FOR_VENN_ABERS ? fitBeta(rows) : fitVennAbers(rows);
}

function estimated(probabilities: Float64Array, calibration: Calibration): PerformanceEstimate {
  const honest = finiteLogOdds(probabilities).map((z) => sigmoid(calibrated(calibration, z)));
  return { metrics: expectedMetrics({ probabilities, calibrated: honest }), calibrated: honest };
}

/**
 * CBPE: probabilities calibrated on the reference, then expected figures. Right as long as what a
 * probability means has not changed.
 */
export function estimateCbpe(
  { probabilities, labels, weights = new Float64Array(labels.length).fill(1) }: ReferenceRows,
  chunk: Float64Array,
): PerformanceEstimate {
  const logOdds = finiteLogOdds(probabilities);
  return estimated(chunk, calibrationOf({ logOdds, labels, weights }));
}

/** How many chunk rows each reference row stands for: the density ratio, mean one, clipped. */
function resemblance(probabilities: Float64Array, share: number): Float64Array {
  const prior = share / (1 - share);
  const weights = probabilities.map((p) =>
    Math.min(HEAVIEST, Math.min(p, 1 - 1e-9) / (1 - Math.min(p, 1 - 1e-9)) / prior),
  );
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}

/**
 * PAPE (Bialek, Kuberski, Perrakis & Bifet 2024; NannyML): a classifier tells the chunk's rows from
 * the reference's; its odds weigh the reference rows, and the calibration is learnt anew on them as
 * they would lie in the chunk. So it is right under any shift of what rows are like.
 *
 * @param learner tells chunk from reference
 * @returns CBPE's answer where the two cannot be told apart
 */
export async function estimatePape(
  reference: FeaturedReference,
  chunk: FeaturedChunk,
  { learner, random }: { readonly learner: Learner; readonly random: () => number },
): Promise<PerformanceEstimate> {
  const all = reference.labels.length;
  const step = Math.max(1, all / MOST_COMPARED);
  const compared = Uint32Array.from({ length: Math.floor(all / step) }, (_, i) =>
    Math.floor(i * step),
  );
  const old = selectRows(reference.table, compared);
  const rows = compared.length + chunk.probabilities.length;
  const fitted = await learner.fit(
    {
      table: joinTables(old, chunk.table),
      labels: new Uint8Array(rows).fill(1, compared.length),
      weights: new Float64Array(rows).fill(1),
    },
    random,
  );
  if (fitted.kind === 'insufficient-data') return estimateCbpe(reference, chunk.probabilities);
  const share = chunk.probabilities.length / rows;
  const calibration = calibrationOf({
    logOdds: finiteLogOdds(picked(reference, compared)),
    labels: Uint8Array.from(compared, (row) => reference.labels[row] ?? 0),
    weights: resemblance(fitted.classifier.predict(old), share).map(
      (weight, i) => weight * (reference.weights?.[compared[i] ?? 0] ?? 1),
    ),
  });
  return estimated(chunk.probabilities, calibration);
}

function picked({ probabilities }: ReferenceRows, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => probabilities[row] ?? 0);
}
