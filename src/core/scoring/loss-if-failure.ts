import type { Interval } from '../statistics/interval.js';
import { normalQuantile } from '../statistics/special-functions.js';

/** How many past failures the coarser level's distribution is worth. */
export const LOSS_POOLING = 5;

/** No loss counts for more than ten horizons' worth of conversions. */
export const MAX_RELATIVE_LOSS = 10;

const PRIOR_MEDIAN = 0.3;
const PRIOR_SPREAD = 0.8;
const PRIOR_POINTS = 20;

/**
 * What is assumed before any failure was measured: log-normal with median .3 of the horizon's
 * conversions and 90 % of failures between .08 and 1.2, as twenty equally likely points.
 */
export const PRIOR_RELATIVE_LOSSES: readonly number[] = Array.from(
  { length: PRIOR_POINTS },
  (_, i) => PRIOR_MEDIAN * Math.exp(PRIOR_SPREAD * normalQuantile((i + 0.5) / PRIOR_POINTS)),
);

/** Loss of a failure as a multiple of the conversions expected in the horizon (can exceed 1). */
export interface RelativeLoss {
  readonly mean: number;
  /** 90 % interval. */
  readonly interval: Interval;
  /** Past failures of the finest level that had any; 0 where only the prior speaks. */
  readonly failures: number;
}

/** Conversions lost if it fails, with their 90 % interval. */
export interface LossIfFailure {
  readonly conversions: number;
  readonly interval: Interval;
}

interface Point {
  readonly value: number;
  weight: number;
}

/** A past failure's loss relative to the conversions expected in the horizon; null without any expected. */
export function relativeLossOf(conversionsLost: number, expectedInHorizon: number): number | null {
  if (!(expectedInHorizon > 0)) return null;
  return Math.min(MAX_RELATIVE_LOSS, Math.max(0, conversionsLost / expectedInHorizon));
}

/** Quantile by cumulated weight, each point at the middle of its own, linear in between. */
function weightedQuantile(sorted: readonly Point[], probability: number): number {
  let before = 0;
  let [position, value] = [0, sorted[0]?.value ?? 0];
  for (const point of sorted) {
    const middle = before + point.weight / 2;
    if (middle >= probability) {
      const gap = middle - position;
      const share = gap > 0 ? (probability - position) / gap : 1;
      return value + (point.value - value) * share;
    }
    before += point.weight;
    [position, value] = [middle, point.value];
  }
  return value;
}

/**
 * The distribution of relative losses pooled partially over levels: each level's empirical
 * distribution is mixed with the coarser one's, worth five failures, down to the stated prior
 * (the mean of a hierarchical Dirichlet process; Teh et al. 2006).
 *
 * @param levels past relative losses, the finest first: service x rule x stage, stage, journey.
 */
export function pooledRelativeLoss(levels: readonly (readonly number[])[]): RelativeLoss {
  const points: Point[] = PRIOR_RELATIVE_LOSSES.map((value) => ({
    value,
    weight: 1 / PRIOR_POINTS,
  }));
  for (const level of levels.toReversed()) {
    const total = level.length + LOSS_POOLING;
    for (const point of points) point.weight *= LOSS_POOLING / total;
    for (const value of level) points.push({ value, weight: 1 / total });
  }
  points.sort((a, b) => a.value - b.value);
  return {
    mean: points.reduce((sum, point) => sum + point.weight * point.value, 0),
    interval: [weightedQuantile(points, 0.05), weightedQuantile(points, 0.95)],
    failures: levels.find((level) => level.length > 0)?.length ?? 0,
  };
}

/** The loss in conversions, given those that the baseline expects in the horizon. */
export function lossIfFailure(relative: RelativeLoss, expectedInHorizon: number): LossIfFailure {
  const expected = Math.max(0, expectedInHorizon);
  const [low, high] = relative.interval;
  return { conversions: relative.mean * expected, interval: [low * expected, high * expected] };
}
