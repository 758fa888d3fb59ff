import { regularizedBeta } from '../statistics/special-functions.js';
import type { Frontier } from './frontier.js';

/** A bound on the share of failures that are missed, held with this confidence (both 0..1). */
export interface MissRateBound {
  readonly alpha: number;
  readonly confidence: number;
}

/** P(at most `misses` of `failures`) where each is missed with probability `alpha`: exact, binomial. */
export function missPValue(misses: number, failures: number, alpha: number): number {
  if (misses >= failures) return 1;
  return regularizedBeta(1 - alpha, failures - misses, misses + 1);
}

/** Failures without which no threshold can prove the bound, not even one that misses none. */
export function failuresNeeded({ alpha, confidence }: MissRateBound): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(1 - alpha) - 1e-9);
}

/**
 * The steps of a frontier, from `first` on, whose miss rate is at most alpha with the wanted
 * confidence: learn then test (Angelopoulos et al. 2021) with exact binomial p-values, in a fixed
 * sequence from the lowest threshold up to the first that cannot be proved. As misses rise with the
 * threshold, the whole sequence errs with probability 1 - confidence at most.
 *
 * @returns the last proved step, or null where the first is not.
 */
export function lastProvedStep(
  frontier: Frontier,
  failures: number,
  { bound, first }: { readonly bound: MissRateBound; readonly first: number },
): number | null {
  let proved: number | null = null;
  for (let step = first; step < frontier.from.length; step += 1) {
    const misses = failures - (frontier.caught[step] ?? 0);
    if (missPValue(misses, failures, bound.alpha) > 1 - bound.confidence + 1e-12) break;
    proved = step;
  }
  return proved;
}
