import { pairedCounts } from './drift-figures.js';
import type { DriftSample } from './drift-sample.js';
import type { PairedHistogram } from './histogram.js';
import { visibleHistogram } from './histogram.js';
import type { SideSummary } from './sample-summary.js';
import { sideSummary } from './sample-summary.js';

/** Categories that are shown by name. */
const SHOWN = 8;

/** What one side and the other look like. */
export interface ColumnShape {
  readonly reference: SideSummary | null;
  readonly current: SideSummary | null;
  readonly histogram: PairedHistogram | null;
  /** The most frequent ones first. */
  readonly categories:
    | readonly { readonly name: string; readonly reference: number; readonly current: number }[]
    | null;
  /** That the reference never had, the most frequent ones first, and the share of rows with any. */
  readonly newCategories: readonly string[];
  readonly newShare: number;
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
  const counts = pairedCounts(reference, current);
  const shares = counts.names.map((name, i) => ({
    name,
    reference: (counts.reference[i] ?? 0) / reference.count,
    current: (counts.current[i] ?? 0) / current.count,
  }));
  const bySize = shares.toSorted(
    (a, b) => Math.max(b.reference, b.current) - Math.max(a.reference, a.current),
  );
  const unseen = bySize.filter((share) => share.reference === 0);
  return {
    ...sides,
    histogram: null,
    categories: bySize.slice(0, SHOWN),
    newCategories: unseen.slice(0, SHOWN).map(({ name }) => name),
    newShare: unseen.reduce((sum, share) => sum + share.current, 0),
  };
}
