import { FeatureEncoder, denseRows, parseEncoderParameters } from '../features/encoding.js';
import type { EncoderParameters } from '../features/encoding.js';
import type { FeatureTable } from '../features/feature-schema.js';
import { DomainError } from '../errors/domain-error.js';
import { seededRandom } from '../statistics/random.js';
import { fitQuantile, pinball, quantileAt } from './quantile-regression.js';
import type { RegressionRows } from './quantile-regression.js';
import { stratifiedFolds } from './splits.js';
import type { Split } from './splits.js';

/** Failures: their features and what each lost, relative to what was expected (above nought). */
export interface LossRows {
  readonly table: FeatureTable;
  readonly losses: Float64Array;
  /** Rows of one failure stay together. */
  readonly groups: readonly string[];
}

/** A fitted head for the size of the loss, JSON-safe: coefficients of log-loss quantiles, widened. */
export interface LossQuantiles {
  readonly encoder: EncoderParameters;
  /** Of the .05, .5 and .95 quantile of the logarithm of the loss, intercepts first. */
  readonly coefficients: readonly [readonly number[], readonly number[], readonly number[]];
  /** By how much the interval is widened on either side, in log-loss: the conformal correction. */
  readonly widening: number;
  /** The mean loss as a multiple of the median. */
  readonly meanToMedian: number;
  readonly failures: number;
}

/** What a failure is likely to lose. */
interface PredictedLoss {
  readonly mean: number;
  readonly interval: readonly [number, number];
}

/** Below so many failures, or so few apart from each other, nothing is fitted. */
export const FEWEST_FAILURES = 100;
const FEWEST_GROUPS = 50;

const QUANTILES = [0.05, 0.5, 0.95] as const;
const COVERAGE = 0.9;
const FOLDS = 5;
// From none but the intercept to nearly free; of equal ones the stronger.
const PENALTIES = [Infinity, 100, 10, 1];
// Smaller losses count alike: their logarithm would say the more the less they matter.
const SMALLEST = 0.01;

/**
 * Fits quantiles of the logarithm of the loss by linear quantile regression, and widens the 90 %
 * interval by the conformal correction of rows held out in turn, so that it covers 90 % of new ones
 * like them (conformalised quantile regression, Romano, Patterson & Candès 2019; held-out scores
 * from five folds as in cross-conformal prediction, Vovk 2015). Null where failures are too few.
 */
export function fitLossQuantiles(rows: LossRows, seed: number): LossQuantiles | null {
  const groups = new Set(rows.groups).size;
  if (rows.losses.length < FEWEST_FAILURES || groups < FEWEST_GROUPS) return null;
  const encoder = FeatureEncoder.fit(rows.table, new Float64Array(rows.losses.length).fill(1));
  const encoded = encoder.encode(rows.table);
  const all: RegressionRows = {
    inputs: denseRows(encoded),
    width: encoded.width,
    targets: rows.losses.map((loss) => Math.log(Math.max(SMALLEST, loss))),
  };
  const labels = new Uint8Array(rows.losses.length);
  const folds = stratifiedFolds({ labels, groups: rows.groups }, FOLDS, seededRandom(seed));
  const penalty = choosePenalty(all, folds);
  const held = heldOut(all, folds, penalty);
  const fit = (quantile: number): number[] => [...fitQuantile(all, { quantile, penalty })];
  return {
    encoder: encoder.parameters,
    coefficients: [fit(QUANTILES[0]), fit(QUANTILES[1]), fit(QUANTILES[2])],
    widening: conformalQuantile(held.scores),
    meanToMedian: held.ratios.reduce((sum, ratio) => sum + ratio, 0) / held.ratios.length,
    failures: rows.losses.length,
  };
}

/** Mean loss of each row and its 90 % interval, both relative; the interval holds the median. */
export function lossPredictor(model: LossQuantiles): (table: FeatureTable) => PredictedLoss[] {
  const encoder = new FeatureEncoder(model.encoder);
  const [low, middle, high] = model.coefficients.map((numbers) => Float64Array.from(numbers));
  return (table) => {
    const encoded = encoder.encode(table);
    const inputs = denseRows(encoded);
    return Array.from({ length: table.rows }, (_, row) => {
      const own = inputs.subarray(row * encoded.width, (row + 1) * encoded.width);
      const at = (coefficients: Float64Array | undefined): number =>
        coefficients === undefined ? Number.NaN : quantileAt(coefficients, own);
      const median = at(middle);
      const interval = [
        Math.exp(Math.min(median, at(low) - model.widening)),
        Math.exp(Math.max(median, at(high) + model.widening)),
      ] as const;
      return { mean: Math.exp(median) * model.meanToMedian, interval };
    });
  };
}

/** Reads a head back from JSON; refuses what is not such (`bad-artefact`). */
export function parseLossQuantiles(value: unknown): LossQuantiles {
  const has = (typeof value === 'object' && value !== null ? value : {}) as Has;
  const { widening, meanToMedian, failures } = has;
  const [low, middle, high] = listsOfNumbers(has['coefficients']);
  const facts: readonly unknown[] = [widening, meanToMedian, failures];
  if (low === undefined || middle === undefined || high === undefined || !areNumbers(facts)) {
    throw new DomainError('bad-artefact', 'These are not the parameters of a head for losses.');
  }
  const [wide = 0, ratio = 1, count = 0] = facts;
  const encoder = parseEncoderParameters(has['encoder']);
  const parts = { widening: wide, meanToMedian: ratio, failures: count };
  return { encoder, coefficients: [low, middle, high], ...parts };
}

type Has = Partial<Record<string, unknown>>;

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function listsOfNumbers(value: unknown): readonly number[][] {
  return Array.isArray(value) ? value.filter(areNumbers) : [];
}

function choosePenalty(rows: RegressionRows, folds: readonly Split[]): number {
  const losses = PENALTIES.map((penalty) =>
    folds.reduce((sum, { train, test }) => {
      const fitted = fitQuantile(picked(rows, train), { quantile: 0.5, penalty });
      return test.reduce((all, row) => all + pinball(residualOf(rows, row, fitted), 0.5), sum);
    }, 0),
  );
  return PENALTIES[losses.indexOf(Math.min(...losses))] ?? Infinity;
}

/** Per held-out row: by how far the truth is outside the interval (below nought: inside), and its ratio to the median. */
function heldOut(
  rows: RegressionRows,
  folds: readonly Split[],
  penalty: number,
): { readonly scores: number[]; readonly ratios: number[] } {
  const scores: number[] = [];
  const ratios: number[] = [];
  for (const { train, test } of folds) {
    const [low, middle, high] = QUANTILES.map((quantile) =>
      fitQuantile(picked(rows, train), { quantile, penalty }),
    );
    if (low === undefined || middle === undefined || high === undefined) continue;
    for (const row of test) {
      scores.push(Math.max(-residualOf(rows, row, low), residualOf(rows, row, high)));
      ratios.push(Math.exp(residualOf(rows, row, middle)));
    }
  }
  return { scores, ratios };
}

/** The score that (n + 1) x 90 % of the held-out rows do not exceed. */
function conformalQuantile(scores: readonly number[]): number {
  const sorted = Float64Array.from(scores).sort();
  const rank = Math.min(sorted.length, Math.ceil(COVERAGE * (sorted.length + 1)));
  return sorted[rank - 1] ?? 0;
}

function residualOf(rows: RegressionRows, row: number, fitted: Float64Array): number {
  const { inputs, width, targets } = rows;
  const own = inputs.subarray(row * width, (row + 1) * width);
  return (targets[row] ?? 0) - quantileAt(fitted, own);
}

function picked({ inputs, width, targets }: RegressionRows, chosen: Uint32Array): RegressionRows {
  const some = new Float64Array(chosen.length * width);
  chosen.forEach((row, i) => {
    some.set(inputs.subarray(row * width, (row + 1) * width), i * width);
  });
  return { inputs: some, width, targets: Float64Array.from(chosen, (row) => targets[row] ?? 0) };
}
