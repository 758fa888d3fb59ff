import { quantileOfSorted } from '../../../dist/core/statistics/interval.js';
import { seededRandom } from '../../../dist/core/statistics/random.js';
import { frontierOf, middleOfStep, stepAt } from '../../../dist/core/thresholds/frontier.js';
import { evidenceOf } from '../../../dist/core/thresholds/threshold-evidence.js';
import { suggestThreshold } from '../../../dist/core/thresholds/threshold-suggestion.js';
import { drawnWorld, livedWorld } from './worlds.js';

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;

export const RULE = { comparison: '>', for: 0, keepFiringFor: 0, groupGap: 0 };
export const sum = (list) => list.reduce((total, one) => total + one, 0);
export const mean = (list) => sum(list) / list.length;

/** Cost of a threshold, and the least of any, on weeks that no choice has seen. */
function judgeOf(evidence) {
  const frontier = frontierOf(evidence.pages, evidence.losses);
  const costOf = (step) => frontier.pages[step] + frontier.loss[step];
  const steps = Array.from(frontier.from.keys()).filter((i) => frontier.from[i] >= evidence.lowest);
  const cheapest = steps.reduce((best, step) => (costOf(step) < costOf(best) ? step : best));
  return {
    lowestPoint: middleOfStep(frontier, cheapest),
    best: costOf(cheapest),
    cost: (threshold) => costOf(stepAt(frontier, threshold)),
  };
}

/** The part of an evidence from one time to another. */
function within(evidence, from, to) {
  const { at, low, high } = evidence.pages;
  const inside = Array.from(at.keys()).filter((i) => at[i] >= from && at[i] < to);
  const taken = (list) => Float64Array.from(inside, (i) => list[i]);
  return {
    ...evidence,
    pages: { at: taken(at), low: taken(low), high: taken(high) },
    losses: evidence.losses.filter(({ failure: { startedAt: on } }) => on >= from && on < to),
  };
}

const SPAN = 26;

/** What is suggested in a world after 26 weeks, and what that did in 26 weeks of others, four times. */
export function judgedWorld(seed) {
  const catching = { lead: 30 * MINUTE, detect: 30 * MINUTE, savedShare: 1 };
  const seen = (lived) => evidenceOf(lived, RULE, lived.failures, catching);
  const world = drawnWorld(seed);
  const past = livedWorld(world, 1000 + seed, SPAN);
  const evidence = seen(past);
  const sorted = past.values.slice().sort();
  const current = quantileOfSorted(sorted, 0.97 + 0.0295 * seededRandom(seed + 9)());
  const goals = { comparison: '>', costPage: 1, current, embargo: 24 * 60 * MINUTE };
  const suggestion = suggestThreshold(evidence, goals, seededRandom(seed));
  const { threshold } = suggestion.suggested;
  const weeks = 3 * SPAN;
  const after = seen(livedWorld(world, 50_000 + seed, weeks));
  const later = judgeOf(after);
  const span = SPAN * WEEK;
  const stretches = [
    seen(livedWorld(world, 90_000 + seed, SPAN)),
    ...[0, 1, 2].map((third) => within(after, third * span, (third + 1) * span)),
  ];
  return {
    ...suggestion,
    isMoved: suggestion.verdict === 'raise' || suggestion.verdict === 'lower',
    regret: later.cost(threshold) / later.best - 1,
    lowestRegret: later.cost(judgeOf(evidence).lowestPoint) / later.best - 1,
    differences: stretches.map((stretch) => {
      const { cost } = judgeOf(stretch);
      return cost(threshold) - cost(current);
    }),
  };
}

/** Of all stretches those in which a suggestion cost more than its interval's upper end, and less than its lower. */
export function misses(judged) {
  const all = judged.flatMap((one) =>
    one.differences.map((difference) => ({ ...one, difference })),
  );
  const above = all.filter(({ difference, interval }) => difference > interval[1]);
  return {
    all: all.length,
    above: above.length,
    aboveMoved: above.filter(({ isMoved }) => isMoved).length,
    below: all.filter(({ difference, interval }) => difference < interval[0]).length,
    dearer: all.filter(({ isMoved, difference }) => isMoved && difference > 0).length,
  };
}
