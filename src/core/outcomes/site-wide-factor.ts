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
  const changed = changedFactor(seen, expected, excess);
  return mixed(chanceOfChange(seen, expected, excess), changed, { factor: 1, excess: 0 });
}

/** What the customers that come in say of a later stage's entries. */
export interface Inflow {
  readonly seen: number;
  readonly expected: number;
  /** Relative variance of those who come in, beyond chance. */
  readonly excess: number;
}

/**
 * What those who come in say of how many reach a later stage: what strays in both by as much is
 * shared (linear Bayes), what is changed altogether is so for both. The answer's excess is that of
 * the later stage, given those who came in.
 *
 * @param excess relative variance of the later stage's entries beyond chance.
 */
export function inflowFactor(inflow: Inflow, excess: number): SiteWideFactor {
  const { seen, expected } = inflow;
  const shared = Math.min(inflow.excess, excess);
  const told = shared / (inflow.excess + 1 / expected);
  const factor = 1 + told * (seen / expected - 1);
  const usual = { factor, excess: excess - shared * told };
  const changed = changedFactor(seen, expected, excess);
  return mixed(chanceOfChange(seen, expected, inflow.excess), changed, usual);
}

function chanceOfChange(seen: number, expected: number, excess: number): number {
  const usual = Math.log(1 - CHANGED) + negativeBinomialLogPmf(seen, expected, excess);
  const spread = excess + 1 / SHAPE + excess / SHAPE;
  const changed = Math.log(CHANGED) + negativeBinomialLogPmf(seen, expected, spread);
  return 1 / (1 + Math.exp(usual - changed));
}

function changedFactor(seen: number, expected: number, excess: number): SiteWideFactor {
  const factor = (seen + SHAPE) / (expected + SHAPE);
  return { factor, excess: 1 / (seen + SHAPE) + excess };
}

/** Mean and relative variance of one factor or the other. */
function mixed(weight: number, one: SiteWideFactor, other: SiteWideFactor): SiteWideFactor {
  const factor = weight * one.factor + (1 - weight) * other.factor;
  const within =
    weight * one.factor ** 2 * one.excess + (1 - weight) * other.factor ** 2 * other.excess;
  const between = weight * (1 - weight) * (one.factor - other.factor) ** 2;
  return { factor, excess: (within + between) / (factor * factor) };
}
