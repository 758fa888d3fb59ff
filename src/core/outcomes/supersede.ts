import type { Outcome } from './outcome.js';

/** The outcomes that no other one supersedes, in the order given (that of recording). */
export function currentOutcomes<T extends Pick<Outcome, 'id' | 'supersedes'>>(
  outcomes: readonly T[],
): T[] {
  const superseded = new Set(
    outcomes.filter(({ id, supersedes }) => supersedes !== id).map(({ supersedes }) => supersedes),
  );
  return outcomes.filter(({ id }) => !superseded.has(id));
}
