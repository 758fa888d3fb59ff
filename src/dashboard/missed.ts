import type { Outcome } from './answers.js';

/** An outcome that says when its failure was. */
export interface Timed extends Outcome {
  readonly startedAt: string;
  readonly endedAt: string;
}

const isTimed = (one: Outcome): one is Timed =>
  one.startedAt !== undefined && one.endedAt !== undefined;

/** The missed failures that stand, newest first: no later outcome has replaced or withdrawn them. */
export function standing(outcomes: readonly Outcome[], from: string | null): Timed[] {
  const replaced = new Set(outcomes.map(({ supersedes }) => supersedes));
  return outcomes
    .filter(({ id, failure }) => failure === true && !replaced.has(id))
    .filter(isTimed)
    .filter(({ endedAt }) => from === null || Date.parse(endedAt) > Date.parse(from))
    .toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}
