import { oneSampleChiSquare, twoSampleChiSquare } from '../statistics/chi-square.js';
import { asymptoticTwoSampleP, exactTwoSampleP } from '../statistics/two-sample-kolmogorov.js';
import type { CategoricalSample, NumericSample } from './drift-sample.js';
import { sturgesHistogram } from './histogram.js';
import { numericDistances } from './numeric-distances.js';
import type { PairedShares } from './share-distances.js';
import { jensenShannon, kullbackLeibler, populationStability } from './share-distances.js';

/** Up to so many rows a side SciPy counts paths by itself (`method="auto"`). */
const EXACT_ROWS = 10_000;

/** Up to so many pairs the exact p is the one that judges; beyond, both agree in what matters. */
const EXACT_PAIRS = 1e6;

/** Below this an exact p is nothing but rounding. */
const SMALLEST_EXACT = 1e-13;

const LOG_TWO = Math.log(2);

/** The Kolmogorov-Smirnov statistic with its p values. */
export interface KolmogorovSmirnov {
  readonly statistic: number;
  /** Exact where the two samples have a million pairs at most, else asymptotic. */
  readonly p: number;
  /** Null where a sample has more than 10,000 rows. */
  readonly exactP: number | null;
  readonly asymptoticP: number;
}

/** A chi-square statistic with its p value. */
export interface ChiSquareFigure {
  readonly statistic: number;
  readonly p: number;
}

/** What other tools say of a column, by their formulae (missing values left out, as they do). */
export interface DriftFigures {
  readonly psi: number | null;
  readonly ks: KolmogorovSmirnov | null;
  readonly wasserstein: number | null;
  /** In standard deviations of the reference (at least .001, as Evidently has it). */
  readonly wassersteinScaled: number | null;
  readonly jensenShannon: number | null;
  readonly jensenShannonBase2: number | null;
  readonly kullbackLeibler: number | null;
  /** Two-sample, without correction. */
  readonly chiSquare: ChiSquareFigure | null;
  /** The reference taken as known: for comparison with Evidently only. */
  readonly chiSquareOneSample: ChiSquareFigure | null;
}

/** Where there is nothing to compare. */
export const NO_FIGURES: DriftFigures = {
  psi: null,
  ks: null,
  wasserstein: null,
  wassersteinScaled: null,
  jensenShannon: null,
  jensenShannonBase2: null,
  kullbackLeibler: null,
  chiSquare: null,
  chiSquareOneSample: null,
};

function shareFigures(shares: PairedShares): DriftFigures {
  const natural = jensenShannon(shares);
  return {
    ...NO_FIGURES,
    psi: populationStability(shares),
    jensenShannon: natural,
    jensenShannonBase2: natural / Math.sqrt(LOG_TWO),
    kullbackLeibler: kullbackLeibler(shares),
  };
}

function kolmogorovSmirnov(statistic: number, n: number, m: number): KolmogorovSmirnov {
  const asymptoticP = asymptoticTwoSampleP(n, m, statistic);
  if (Math.max(n, m) > EXACT_ROWS) return { statistic, p: asymptoticP, exactP: null, asymptoticP };
  const exactP =
    asymptoticP < SMALLEST_EXACT && n * m > EXACT_PAIRS
      ? asymptoticP
      : exactTwoSampleP(n, m, statistic);
  return { statistic, p: n * m <= EXACT_PAIRS ? exactP : asymptoticP, exactP, asymptoticP };
}

/** The figures of a column of numbers. */
export function numericFigures(reference: NumericSample, current: NumericSample): DriftFigures {
  if (reference.count === 0 || current.count === 0) return NO_FIGURES;
  const { ks, wasserstein } = numericDistances(reference, current);
  return {
    ...shareFigures(sturgesHistogram(reference, current)),
    ks: kolmogorovSmirnov(ks, reference.count, current.count),
    wasserstein,
    wassersteinScaled: wasserstein / Math.max(reference.deviation, 0.001),
  };
}

/** Counts of every category that either sample has, in the order of their names. */
export function pairedCounts(
  reference: CategoricalSample,
  current: CategoricalSample,
): { readonly names: string[]; readonly reference: number[]; readonly current: number[] } {
  const names = [...new Set([...reference.counts.keys(), ...current.counts.keys()])].sort();
  return {
    names,
    reference: names.map((name) => reference.counts.get(name) ?? 0),
    current: names.map((name) => current.counts.get(name) ?? 0),
  };
}

/** The figures of a column of categories. */
export function categoricalFigures(
  reference: CategoricalSample,
  current: CategoricalSample,
): DriftFigures {
  if (reference.count === 0 || current.count === 0) return NO_FIGURES;
  const counts = pairedCounts(reference, current);
  const figures = shareFigures({
    reference: counts.reference.map((count) => count / reference.count),
    current: counts.current.map((count) => count / current.count),
  });
  const two = twoSampleChiSquare(counts.reference, counts.current);
  const one = oneSampleChiSquare(counts.reference, counts.current);
  return {
    ...figures,
    chiSquare: { statistic: two.statistic, p: two.p },
    chiSquareOneSample: { statistic: one.statistic, p: one.p },
  };
}
