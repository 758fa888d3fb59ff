import { negativeBinomialLogPmf } from '../statistics/negative-binomial.js';

/** How many times the usual traffic there is, and how surely (its relative variance). */
export interface SiteWideFactor {
  readonly factor: number;
  readonly excess: number;
}

/** How often the whole site has other traffic than usual, before looking. */
const CHANGED = 0.1;
/** How large such a change is: a gamma prior with this shape about 1. */
const SHAPE = 4;

/**
 * What controls say of the traffic of the whole site: most of the time nothing (their noise is
 * theirs alone), but where they stray further than they do by themselves, the change is everyone's
 * (spike and slab: Mitchell & Beauchamp 1988).
 *
 * @param excess relative variance of the controls' entries beyond chance.
 */
export function siteWideFactor(seen: number, expected: number, excess: number): SiteWideFactor {
  const usual = Math.log(1 - CHANGED) + negativeBinomialLogPmf(seen, expected, excess);
  const spread = excess + 1 / SHAPE + excess / SHAPE;
  const changed = Math.log(CHANGED) + negativeBinomialLogPmf(seen, expected, spread);
  const weight = 1 / (1 + Math.exp(usual - changed));
  const other = (seen + SHAPE) / (expected + SHAPE);
  const factor = 1 + weight * (other - 1);
  const within = weight * other * other * (1 / (seen + SHAPE) + excess);
  const between = weight * (1 - weight) * (other - 1) ** 2;
  return { factor, excess: (within + between) / (factor * factor) };
}
