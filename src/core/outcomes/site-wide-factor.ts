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
  /** The share of them that gets to the later stage, if at all, in the same stretch of time. */
  readonly within: number;
}

/** What is known of a later stage's entries, given those who came in. */
export interface InflowFactor extends SiteWideFactor {
  /** The share of those who came in that is expected there: it alone is left to chance. */
  readonly reach: number;
}

/**
 * What those who come in say of how many reach a later stage: what strays in both by as much is
 * shared, and so is the chance by which they came (linear Bayes), what is changed altogether is so
 * for both. The answer's excess is that of the later stage, given those who came in; by chance its
 * entries vary as a binomial out of these.
 *
 * @param later entries that the later stage usually has, and their relative variance beyond chance.
 */
export function inflowFactor(
  inflow: Inflow,
  later: { readonly expected: number; readonly excess: number },
): InflowFactor {
  const { seen, expected, within } = inflow;
  const { excess } = later;
  const shared = Math.min(inflow.excess, excess);
  const told = (shared + within / expected) / (inflow.excess + 1 / expected);
  const factor = 1 + told * (seen / expected - 1);
  const usual = { factor, excess: excess - shared * told };
  const { factor: other } = changedFactor(seen, expected, excess);
  const changed = { factor: other, excess: (1 - within) / (seen + SHAPE) + excess };
  const chance = chanceOfChange(seen, expected, inflow.excess);
  const reach = within * Math.min(1, told) * Math.min(0.95, later.expected / expected);
  return { ...mixed(chance, changed, usual), reach };
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
