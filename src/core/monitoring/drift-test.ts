import { twoSampleChiSquare } from '../statistics/chi-square.js';
import {
  detectableShares,
  detectableShift,
  detectableUnseen,
  locationEquivalent,
} from './drift-effect.js';
import { pairedCounts } from './drift-figures.js';
import type { DriftFigures } from './drift-figures.js';
import type { CategoricalSample, DriftSample, NumericSample } from './drift-sample.js';
import { rowsOf } from './drift-sample.js';
import { totalVariation } from './share-distances.js';
import { alikeCategories, unseenDeviation, unseenP } from './unseen-categories.js';

/** A category with fewer expected rows than this on the smaller side is judged with other rare ones. */
const FEWEST_EXPECTED = 5;

/** What a test looked at. */
export type TestSubject = 'values' | 'missing' | 'categories';

/** One look at a column: its p value, and how large the change is if it is one. */
export interface DriftTest {
  readonly subject: TestSubject;
  /** Whether it minds only how many rows are in categories that the reference never had. */
  readonly ofUnseen?: boolean;
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

/** Rows of a category in the reference and in the current sample. */
type Pair = readonly [reference: number, current: number];

/**
 * A column of categories: one two-sample test over all of them, missing and new ones among them.
 * Rare ones count together there, since chi-square is not to be believed where few are expected; so
 * where there are any, a second look asks whether more of them are new than chance would make.
 */
export function categoricalTests(
  reference: CategoricalSample,
  current: CategoricalSample,
): DriftTest[] {
  const [n, m] = [rowsOf(reference), rowsOf(current)];
  if (n === 0 || m === 0) return [];
  const counts = pairedCounts(reference, current);
  const named = counts.names.map((_, i): Pair => [
    counts.reference[i] ?? 0,
    counts.current[i] ?? 0,
  ]);
  const shares = sharesTest([...named, [reference.missing, current.missing]], n, m);
  // Of both sides together: whether there is a second look must not hang on which side has what.
  return named.some((pair) => isRare(pair, n, m)) ? [shares, unseenTest(named, n, m)] : [shares];
}

function sharesTest(all: readonly Pair[], n: number, m: number): DriftTest {
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
  return {
    subject: 'categories',
    p,
    effect: locationEquivalent(change),
    detectable: (alpha) => detectableShares(effectiveSize(n, m), alpha, degrees),
  };
}

/** Rows in new categories, beyond those that any other rows would have had (Good 1953, Turing). */
function unseenTest(named: readonly Pair[], n: number, m: number): DriftTest {
  const unseen = named.reduce((sum, [one, other]) => sum + (one === 0 ? other : 0), 0);
  const single = named.filter(([one]) => one === 1).length;
  const rows = named.map(([one, other]) => ({ rows: one + other, parts: one + other }));
  const pooled = { alike: alikeCategories(rows), reference: n, current: m, unseen };
  const deviation = unseenDeviation(pooled) / m;
  return {
    subject: 'categories',
    ofUnseen: true,
    p: unseenP(pooled),
    effect: locationEquivalent(Math.max(0, unseen / m - single / n)),
    detectable: (alpha) => detectableUnseen(deviation, alpha),
  };
}
