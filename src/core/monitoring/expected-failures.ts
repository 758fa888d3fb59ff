import { normalCdf, normalQuantile } from '../statistics/special-functions.js';

/** How far off answers are: a normal belief about what has to be added to their log-odds. */
export interface Offset {
  readonly mean: number;
  readonly deviation: number;
}

/** Rates of the answers of one subject, those that hang together in one list. */
export type AnswerGroups = readonly (readonly number[])[];

/** Failures that answers lead to expect. */
export interface ExpectedFailures {
  readonly mean: number;
  readonly deviation: number;
}

/** What is known of a service before anybody has looked: how often its alerts break a stage spreads so far. */
const STATED_DEVIATION = 1.5;

const MOST_STEPS = 30;

/** Log-odds of a step, at most, and of one that no longer matters. */
const FARTHEST = 1;
const CLOSE = 1e-6;

/** Probabilities nearer to 0 or 1 than this say no more. */
const CERTAIN = 1e-6;

/** Draws that reach the figure after which p is known well enough (Besag & Clifford 1991). */
const ENOUGH_REACHED = 20;

/** With so many answers their failures are as good as normal. */
const MANY = 2000;

/** P is told no finer: one that underflows to 0 has no ratio to what is made of it. */
const SMALLEST_P = 1e-300;

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

function logOdds(p: number): number {
  const inside = Math.min(1 - CERTAIN, Math.max(CERTAIN, p));
  return Math.log(inside / (1 - inside));
}

const chance = (odds: number): number => 1 / (1 + Math.exp(-odds));

/** Variance of the failures of one group, all by one draw: that makes them as dependent as can be. */
function groupVariance(group: readonly number[]): number {
  const [only = 0] = group;
  if (group.length < 2) return only * (1 - only);
  const ascending = group.toSorted((a, b) => a - b);
  // The sum of the smaller of each pair: the k-th smallest is it in 2 (n - k) - 1 pairs.
  const pairs = ascending.map((p, k) => p * (2 * (ascending.length - k) - 1));
  return sum(pairs) - sum(ascending) ** 2;
}

/** Rates moved by so many log-odds. */
const moved = (groups: AnswerGroups, by: number): number[][] =>
  groups.map((group) => group.map((p) => chance(logOdds(p) + by)));

/**
 * What earlier answers say of how far off their rates are: about normal around the likeliest value,
 * pulled towards none as far as they are few (a stated spread); Newton's method. Answers of one group
 * count for less than as many that have nothing to do with each other.
 */
export function offsetOf(earlier: AnswerGroups, observed: number): Offset {
  const stated = 1 / STATED_DEVIATION ** 2;
  let [mean, precision] = [0, stated];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const now = moved(earlier, mean);
    const slope = sum(now.map((group) => sum(group.map((p) => p * (1 - p)))));
    const variance = sum(now.map(groupVariance));
    const worth = variance > 0 ? slope / variance : 1;
    precision = slope * worth + stated;
    const pull = (observed - sum(now.map(sum))) * worth - stated * mean;
    const change = Math.max(-FARTHEST, Math.min(FARTHEST, pull / precision));
    mean += change;
    if (Math.abs(change) < CLOSE) break;
  }
  return { mean, deviation: 1 / Math.sqrt(precision) };
}

/**
 * Failures to expect of answers that are off by an offset that is not known for sure; to the second
 * order in the offset's deviation.
 */
export function expectedFailures(
  groups: AnswerGroups,
  { mean, deviation }: Offset,
): ExpectedFailures {
  let [failures, slope, bend, within] = [0, 0, 0, 0];
  for (const group of moved(groups, mean)) {
    within += groupVariance(group);
    for (const p of group) {
      failures += p;
      slope += p * (1 - p);
      bend += p * (1 - p) * (1 - 2 * p);
    }
  }
  return {
    mean: failures + (deviation ** 2 / 2) * bend,
    deviation: Math.sqrt(within + (deviation * slope) ** 2),
  };
}

/** A function that draws how many of the answers fail; answers of one group all by one draw. */
function failureDraws(groups: AnswerGroups, { mean, deviation }: Offset, random: () => number) {
  const odds = groups.map((group) => group.map((p) => p / Math.max(CERTAIN, 1 - p)));
  return (): number => {
    const factor = Math.exp(mean + deviation * normalQuantile(Math.max(Number.EPSILON, random())));
    let failures = 0;
    for (const group of odds) {
      const drawn = random();
      for (const one of group) if (drawn < (1 - drawn) * one * factor) failures += 1;
    }
    return failures;
  };
}

/** How often answers would lead to failures as far from the expected as those that came. */
export function failureP(
  groups: AnswerGroups,
  offset: Offset,
  {
    observed,
    expected,
    smallestP,
    random,
  }: {
    readonly observed: number;
    readonly expected: ExpectedFailures;
    /** What p must be able to tell. */
    readonly smallestP: number;
    readonly random: () => number;
  },
): number {
  const gap = Math.abs(observed - expected.mean) * (1 - 1e-12);
  if (sum(groups.map(({ length }) => length)) >= MANY) {
    return Math.max(SMALLEST_P, Math.min(1, 2 * normalCdf(-gap / expected.deviation)));
  }
  const draw = failureDraws(groups, offset, random);
  const most = Math.ceil(ENOUGH_REACHED / smallestP);
  let [reached, draws] = [0, 0];
  while (draws < most && reached < ENOUGH_REACHED) {
    if (Math.abs(draw() - expected.mean) >= gap) reached += 1;
    draws += 1;
  }
  return reached >= ENOUGH_REACHED ? reached / draws : (reached + 1) / (draws + 1);
}
