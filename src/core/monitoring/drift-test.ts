import { twoSampleChiSquare } from '../statistics/chi-square.js';
import { detectableShares, detectableShift, locationEquivalent } from './drift-effect.js';
import { pairedCounts } from './drift-figures.js';
import type { DriftFigures } from './drift-figures.js';
import type { CategoricalSample, DriftSample, NumericSample } from './drift-sample.js';
import { rowsOf } from './drift-sample.js';
import { totalVariation } from './share-distances.js';

/** A category with fewer expected rows than this on the smaller side is judged with other rare ones. */
const FEWEST_EXPECTED = 5;

/** What a test looked at. */
export type TestSubject = 'values' | 'missing' | 'categories';

/** One look at a column: its p value, and how large the change is if it is one. */
export interface DriftTest {
  readonly subject: TestSubject;
  readonly p: number;
  /** In standard deviations, location-equivalent. */
  readonly effect: number;
  /** The smallest effect that is found with 80 % chance at a level. */
  readonly detectable: (alpha: number) => number;
}

const effectiveSize = (n: number, m: number): number => (n * m) / (n + m);

/** Whether values are missing more or less often. */
export function missingTest(reference: DriftSample, current: DriftSample): DriftTest[] {
  if (reference.missing === 0 && current.missing === 0) return [];
  const [n, m] = [rowsOf(reference), rowsOf(current)];
  if (n === 0 || m === 0) return [];
  const { p } = twoSampleChiSquare(
    [reference.count, reference.missing],
    [current.count, current.missing],
  );
  const change = Math.abs(reference.missing / n - current.missing / m);
  return [
    {
      subject: 'missing',
      p: isRare([reference.missing, current.missing], n, m) ? 1 : p,
      effect: locationEquivalent(change),
      detectable: (alpha) => detectableShares(effectiveSize(n, m), alpha, 1),
    },
  ];
}

/** Too few rows of a kind for chi-square to be believed. */
function isRare([one, other]: readonly [number, number], n: number, m: number): boolean {
  return ((one + other) * Math.min(n, m)) / (n + m) < FEWEST_EXPECTED;
}

/** A column of numbers: its values by Kolmogorov-Smirnov, and what is missing apart. */
export function numericTests(
  reference: NumericSample,
  current: NumericSample,
  { ks }: DriftFigures,
): DriftTest[] {
  const [n, m] = [reference.count, current.count];
  const values: DriftTest[] =
    ks === null
      ? []
      : [
          {
            subject: 'values',
            p: ks.p,
            effect: locationEquivalent(ks.statistic),
            detectable: (alpha) => detectableShift(effectiveSize(n, m), alpha),
          },
        ];
  return [...values, ...missingTest(reference, current)];
}

/**
 * A column of categories: one two-sample test over all of them, missing and new ones among them.
 * Rare ones count together, since chi-square is not to be believed where few are expected.
 */
export function categoricalTests(
  reference: CategoricalSample,
  current: CategoricalSample,
): DriftTest[] {
  const [n, m] = [rowsOf(reference), rowsOf(current)];
  if (n === 0 || m === 0) return [];
  const counts = pairedCounts(reference, current);
  const all = counts.names.map(
    (_, i) => [counts.reference[i] ?? 0, counts.current[i] ?? 0] as const,
  );
  all.push([reference.missing, current.missing]);
  const common = all.filter((pair) => !isRare(pair, n, m));
  const rare = all.filter((pair) => isRare(pair, n, m));
  const sum = (side: 0 | 1): number => rare.reduce((total, pair) => total + pair[side], 0);
  const pooled = [...common, [sum(0), sum(1)] as const];
  const [one, other] = [pooled.map(([count]) => count), pooled.map(([, count]) => count)];
  const { p, degrees } = twoSampleChiSquare(one, other);
  const change = totalVariation({
    reference: one.map((count) => count / n),
    current: other.map((count) => count / m),
  });
  return [
    {
      subject: 'categories',
      p,
      effect: locationEquivalent(change),
      detectable: (alpha) => detectableShares(effectiveSize(n, m), alpha, degrees),
    },
  ];
}
