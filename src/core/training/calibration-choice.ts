import { lessByAnError } from '../statistics/bootstrap.js';
import { logLossDifference } from '../statistics/classification-metrics.js';
import { resamplesFor } from '../statistics/resamples.js';
import { seededRandom } from '../statistics/random.js';
import { fitBeta, fitTemperature } from './beta-calibration.js';
import { calibrated } from './calibration.js';
import type { Calibration, HeldOutOdds } from './calibration.js';
import type { HeldOutRows } from './held-out-rows.js';
import { sigmoid } from './linear-margin.js';
import type { Split } from './splits.js';
import { fitVennAbers } from './venn-abers.js';

/** Below so many rows of the rarer class no calibration is learned. */
export const FEWEST_TO_CALIBRATE = 30;

/** Below so many rows of the rarer class Venn-Abers, which assumes no shape, is not tried. */
export const FEWEST_FOR_VENN_ABERS = 500;

/** Held-out rows with the folds in which calibrations are taught on some and judged on others. */
export interface CalibrationRows {
  readonly rows: HeldOutRows;
  readonly folds: readonly Split[];
  readonly seed: number;
}

/** The calibration that was chosen, fitted on all rows, and what it said of rows it had not seen. */
export interface ChosenCalibration {
  readonly calibration: Calibration;
  /** Calibrated log-odds of every fold's test side, fold after fold. */
  readonly logOdds: Float64Array;
}

/** A model's log-odds of the held-out rows, raw. */
export interface RawAnswers {
  /** As each fold's training side makes them. */
  readonly perFold: readonly Float64Array[];
  /** As all rows make them. */
  readonly whole: Float64Array;
  /** Left as it is. */
  readonly fixed?: boolean | undefined;
}

interface Way {
  readonly kind: Exclude<Calibration['kind'], 'identity'>;
  readonly fit: (rows: HeldOutOdds) => Calibration;
  readonly fewest: number;
}

// From the plainest up: a later one must be better than what stands by more than a standard error.
const WAYS: readonly Way[] = [
  { kind: 'temperature', fit: fitTemperature, fewest: FEWEST_TO_CALIBRATE },
  { kind: 'beta', fit: fitBeta, fewest: FEWEST_TO_CALIBRATE },
  { kind: 'venn-abers', fit: fitVennAbers, fewest: FEWEST_FOR_VENN_ABERS },
];

/** A calibration of a kind, as held-out rows teach it; identity where they are too few for the kind. */
export function fitCalibration(kind: Calibration['kind'], rows: HeldOutOdds): Calibration {
  const way = WAYS.find((one) => one.kind === kind);
  if (way === undefined || rarerClass(rows.labels) < way.fewest) return { kind: 'identity' };
  return way.fit(rows);
}

/**
 * Chooses a calibration by log loss on rows that it was not taught: identity, unless temperature,
 * beta or Venn-Abers is better by a standard error (paired bootstrap by group).
 */
export function chooseCalibration(
  { rows, folds, seed }: CalibrationRows,
  { perFold, whole, fixed = false }: RawAnswers,
): ChosenCalibration {
  const tested = Uint32Array.from(folds.flatMap(({ test }) => [...test]));
  const rarer = rarerClass(rows.labels);
  const { labels, weights } = picked(rows, whole, tested);
  const groups = rows.groups && Array.from(tested, (row) => rows.groups?.[row] ?? '');
  const crossFitted = (fit: Way['fit']): Float64Array =>
    Float64Array.from(
      folds.flatMap(({ train, test }, fold) => {
        const logOdds = perFold[fold] ?? whole;
        const taught = fit(picked(rows, logOdds, train));
        return Array.from(test, (row) => calibrated(taught, logOdds[row] ?? 0));
      }),
    );
  let chosen: ChosenCalibration = {
    calibration: { kind: 'identity' },
    logOdds: crossFitted(() => ({ kind: 'identity' })),
  };
  for (const { fit, fewest } of WAYS) {
    if (fixed || rarer < fewest) continue;
    const logOdds = crossFitted(fit);
    const scored = { labels, weights, probabilities: logOdds.map(sigmoid) };
    const difference = logLossDifference(scored, chosen.logOdds.map(sigmoid), {
      random: seededRandom(seed),
      resamples: resamplesFor(labels.length),
      groups,
    });
    if (!lessByAnError(difference)) continue;
    chosen = { calibration: fit({ ...rows, logOdds: whole }), logOdds };
  }
  return chosen;
}

/** How many rows the rarer class has. */
export function rarerClass(labels: Uint8Array): number {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return Math.min(positives, labels.length - positives);
}

function picked(
  { labels, weights }: HeldOutRows,
  logOdds: Float64Array,
  chosen: Uint32Array,
): HeldOutOdds {
  return {
    logOdds: Float64Array.from(chosen, (row) => logOdds[row] ?? 0),
    labels: Uint8Array.from(chosen, (row) => labels[row] ?? 0),
    weights: Float64Array.from(chosen, (row) => weights[row] ?? 0),
  };
}
