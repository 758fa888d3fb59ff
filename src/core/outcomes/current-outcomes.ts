import type { Outcome } from './outcome.js';

/** The outcomes that no other one supersedes, in their order. */
export function currentOutcomes<T extends Outcome>(outcomes: readonly T[]): T[] {
  const superseded = new Set(outcomes.map((outcome) => outcome.supersedes));
  return outcomes.filter((outcome) => !superseded.has(outcome.id));
}
