import { pairedCounts } from './drift-figures.js';
import type { CategoricalSample, DriftSample } from './drift-sample.js';
import type { PairedHistogram } from './histogram.js';
import { visibleHistogram } from './histogram.js';
import type { SideSummary } from './sample-summary.js';
import { sideSummary } from './sample-summary.js';

/** Categories that are shown by name. */
const SHOWN = 8;

interface SharedCategory {
  readonly name: string;
  readonly reference: number;
  readonly current: number;
}

/** What one side and the other look like. */
export interface ColumnShape {
  readonly reference: SideSummary | null;
  readonly current: SideSummary | null;
  readonly histogram: PairedHistogram | null;
  /** The most frequent ones first. */
  readonly categories: readonly SharedCategory[] | null;
  /** That the reference never had, the most frequent ones first, and the share of rows with any. */
  readonly newCategories: readonly string[];
  readonly newShare: number;
}

/** What a column looks like in one stretch of time. */
export interface StretchShape {
  /** Share of rows. */
  readonly missing: number;
  /** At `SUMMARY_SHARES`; null where there are no numbers. */
  readonly quantiles: readonly number[] | null;
  /** Of those categories that are shown by name; null where there are none. */
  readonly shares: Readonly<Record<string, number>> | null;
}

/** Describes a column in one stretch of time; `shown` are the categories that are told of. */
export function stretchShape(sample: DriftSample, shown: readonly string[]): StretchShape {
  const { missing = 0, numbers } = sideSummary(sample) ?? {};
  const shareOf = (name: string): number =>
    sample.kind === 'categorical' ? (sample.counts.get(name) ?? 0) / sample.count : 0;
  const hasShares = sample.kind === 'categorical' && sample.count > 0;
  return {
    missing,
    quantiles: numbers?.quantiles ?? null,
    shares: hasShares ? Object.fromEntries(shown.map((name) => [name, shareOf(name)])) : null,
  };
}

/** The shares of all categories of either sample, the most frequent ones first. */
function sharesBySize(reference: CategoricalSample, current: CategoricalSample): SharedCategory[] {
  const counts = pairedCounts(reference, current);
  const shares = counts.names.map((name, i) => ({
    name,
    reference: (counts.reference[i] ?? 0) / reference.count,
    current: (counts.current[i] ?? 0) / current.count,
  }));
  return shares.sort((a, b) => Math.max(b.reference, b.current) - Math.max(a.reference, a.current));
}

/** The categories of a column that are shown by name. */
export function shownCategories(
  reference: DriftSample | null,
  current: DriftSample | null,
): string[] {
  if (reference?.kind !== 'categorical' || current?.kind !== 'categorical') return [];
  const shares = sharesBySize(reference, current);
  return shares.slice(0, SHOWN).map(({ name }) => name);
}

/** Describes a column of both samples for people. */
export function columnShape(
  reference: DriftSample | null,
  current: DriftSample | null,
): ColumnShape {
  const sides = { reference: sideSummary(reference), current: sideSummary(current) };
  const nothing = { histogram: null, categories: null, newCategories: [], newShare: 0 };
  if (!reference?.count || !current?.count) return { ...sides, ...nothing };
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    return { ...sides, ...nothing, histogram: visibleHistogram(reference, current) };
  }
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') {
    return { ...sides, ...nothing };
  }
  const bySize = sharesBySize(reference, current);
  const unseen = bySize.filter((share) => share.reference === 0);
  return {
    ...sides,
    histogram: null,
    categories: bySize.slice(0, SHOWN),
    newCategories: unseen.slice(0, SHOWN).map(({ name }) => name),
    newShare: unseen.reduce((sum, share) => sum + share.current, 0),
  };
}
