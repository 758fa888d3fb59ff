import type { Comparison } from '../telemetry/anomaly.js';
import { directionOf, thresholdLevel } from './alert-rule.js';
import type { Frontier } from './frontier.js';
import { middleOfStep, stepAt } from './frontier.js';

/** What one threshold would have done over the history. */
export interface ThresholdPoint {
  readonly threshold: number;
  readonly pages: number;
  readonly pagesPerWeek: number;
  readonly caught: number;
  readonly missed: number;
  /** Pages times their cost, and the value lost to missed failures and before late pages. */
  readonly cost: number;
}

/** A frontier with what makes points of it. */
export interface PricedFrontier {
  readonly frontier: Frontier;
  readonly comparison: Comparison;
  readonly failures: number;
  readonly costPage: number;
  readonly weeks: number;
}

/** The point of a step of the frontier, told as this threshold. */
export function pointOf(priced: PricedFrontier, step: number, threshold: number): ThresholdPoint {
  const { frontier, failures, costPage, weeks } = priced;
  const [pages, caught] = [frontier.pages[step] ?? 0, frontier.caught[step] ?? 0];
  return {
    threshold,
    pages,
    pagesPerWeek: pages / weeks,
    caught,
    missed: failures - caught,
    cost: pages * costPage + (frontier.loss[step] ?? 0),
  };
}

/** What a threshold would have done. */
export function pointAt(priced: PricedFrontier, threshold: number): ThresholdPoint {
  const step = stepAt(priced.frontier, thresholdLevel(threshold, priced.comparison));
  return pointOf(priced, step, threshold);
}

/** The shortest decimal near a level that lies in the same step of the frontier, as a threshold. */
export function readableThreshold({ frontier, comparison }: PricedFrontier, level: number): number {
  const step = stepAt(frontier, level);
  const [low, high] = [frontier.from[step] ?? -Infinity, frontier.from[step + 1] ?? Infinity];
  for (let digits = 2; digits <= 17; digits += 1) {
    const rounded = Number(level.toPrecision(digits));
    if (rounded > low && rounded < high) return directionOf(comparison) * rounded;
  }
  return directionOf(comparison) * level;
}

/**
 * The frontier from a level on as points by rising level, each told as a threshold inside its step.
 * Of more than `most` steps the highest half are all kept and the others ever more thinly.
 */
export function frontierPoints(
  priced: PricedFrontier,
  lowest: number,
  most: number,
): ThresholdPoint[] {
  // Above the last level nothing pages, and there is no end to put a threshold before.
  const top = priced.frontier.from.length - 2;
  const count = top - stepAt(priced.frontier, lowest) + 1;
  const ratio = Math.max(1, (2 * count) / most) ** (2 / most);
  const points: ThresholdPoint[] = [];
  for (let rank = 0; rank < count; rank = Math.max(rank + 1, Math.floor(rank * ratio))) {
    const step = top - rank;
    const threshold = readableThreshold(priced, middleOfStep(priced.frontier, step));
    points.push(pointOf(priced, step, threshold));
  }
  return points.reverse();
}
