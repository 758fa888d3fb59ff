import type { Band, Priority } from './prediction.js';

/** How much each part counts in the priority; only their proportions matter. */
export interface PriorityWeights {
  readonly version: number;
  readonly uxSeverity: number;
  readonly businessSensitivity: number;
  readonly feasibility: number;
}

/** The weights of a new installation: all parts count the same. */
export const DEFAULT_PRIORITY_WEIGHTS: PriorityWeights = {
  version: 1,
  uxSeverity: 1,
  businessSensitivity: 1,
  feasibility: 1,
};

/** The parts of a priority, each 0..1. */
export type PriorityParts = Pick<Priority, 'uxSeverity' | 'businessSensitivity' | 'feasibility'>;

const FLOORS: readonly (readonly [Band, number])[] = [
  ['P1', 0.8],
  ['P2', 0.6],
  ['P3', 0.4],
  ['P4', 0.2],
];

/** The band of a priority value: P1 from .8, P2 from .6, P3 from .4, P4 from .2, else P5. */
export function bandOf(value: number): Band {
  return FLOORS.find(([, floor]) => value >= floor)?.[0] ?? 'P5';
}

/** Weighted geometric mean of the parts, with the parts beside it; a part of weight 0 has no say. */
export function priorityOf(parts: PriorityParts, weights: PriorityWeights): Priority {
  const pairs = [
    [parts.uxSeverity, weights.uxSeverity],
    [parts.businessSensitivity, weights.businessSensitivity],
    [parts.feasibility, weights.feasibility],
  ] as const;
  let [logs, total] = [0, 0];
  for (const [part, weight] of pairs) {
    if (weight <= 0) continue;
    logs += weight * Math.log(Math.min(1, Math.max(0, part)));
    total += weight;
  }
  const value = total === 0 ? 0 : Math.exp(logs / total);
  return { ...parts, value, band: bandOf(value), weightsVersion: weights.version };
}
