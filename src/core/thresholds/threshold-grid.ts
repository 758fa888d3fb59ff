import type { Frontier } from './frontier.js';
import { middleOfStep, stepAt } from './frontier.js';
import type { ThresholdEvidence } from './threshold-evidence.js';

/** Each grid point has so many times the pages of distinct levels above it as the next. */
const RANK_RATIO = 1.04;
/** Points between the lowest level and the highest at which a failure is caught. */
const EVEN_POINTS = 240;

/** A level on a scale that is linear near the usual levels and logarithmic far from them. */
export function scaled(level: number, { centre, spread }: ThresholdEvidence): number {
  return Math.asinh((level - centre) / spread);
}

function unscaled(z: number, { centre, spread }: ThresholdEvidence): number {
  return centre + spread * Math.sinh(z);
}

/** The highest level at which each failure is caught, scaled; those never caught in reach left out. */
export function catchLevels(evidence: ThresholdEvidence): Float64Array {
  const levels: number[] = [];
  for (const { pieces } of evidence.losses) {
    const highest = pieces.reduce((most, { high }) => Math.max(most, high), -Infinity);
    if (highest > evidence.lowest && highest < Infinity) levels.push(scaled(highest, evidence));
  }
  return Float64Array.from(levels).sort();
}

/**
 * The threshold levels that are weighed: by rank, dense among the highest, and evenly up to
 * where failures are caught; ascending, none below the evidence's lowest, none at or above the highest page.
 */
export function thresholdGrid(evidence: ThresholdEvidence, frontier: Frontier): Float64Array {
  const { from } = frontier;
  const [bottom, top] = [stepAt(frontier, evidence.lowest), from.length - 2];
  const levels: number[] = [];
  for (let rank = 1; top + 1 - rank >= bottom; rank = Math.ceil(rank * RANK_RATIO)) {
    levels.push(middleOfStep(frontier, top + 1 - rank));
  }
  const catches = catchLevels(evidence);
  const [first, last] = [scaled(evidence.lowest, evidence), catches.at(-1) ?? -Infinity];
  for (let i = 0; i <= EVEN_POINTS && first < last; i += 1) {
    levels.push(unscaled(first + ((last - first) * i) / EVEN_POINTS, evidence));
  }
  const inReach = levels.filter((level) => level > evidence.lowest && level < (from[top + 1] ?? 0));
  return Float64Array.from(new Set(inReach)).sort();
}
