import type { HeldOutOdds } from './calibration.js';
import { sigmoid } from './linear-margin.js';

// A member that counts for less is not worth its time.
const LEAST = 0.05;
const MOST = 2;
const SWEEPS = 20;
const HALVINGS = 16;
const SETTLED = 1e-3;

/**
 * Weights (none negative, one in all) in proportion to those with which summed log-odds have the
 * least log loss on rows that no member had seen: stacking (Wolpert 1992), a convex problem. Members
 * below 5 % are left out, and the rest weighed again.
 */
export function averageWeights(
  members: readonly Float64Array[],
  rows: Omit<HeldOutOdds, 'logOdds'>,
): readonly number[] {
  const weights = stacked(members, rows);
  const kept = weights.map((weight, i) => (weight < LEAST ? -1 : i)).filter((i) => i >= 0);
  if (kept.length === weights.length) return weights;
  const few = averageWeights(
    kept.map((i) => members[i] ?? new Float64Array()),
    rows,
  );
  return weights.map((_, i) => few[kept.indexOf(i)] ?? 0);
}

/** Weighted average of log-odds, row by row. */
export function averageLogOdds(
  members: readonly Float64Array[],
  weights: readonly number[],
): Float64Array {
  const average = new Float64Array(members[0]?.length ?? 0);
  members.forEach((member, i) => {
    const weight = weights[i] ?? 0;
    if (weight === 0) return;
    for (let row = 0; row < average.length; row += 1) {
      average[row] = (average[row] ?? 0) + weight * (member[row] ?? 0);
    }
  });
  return average;
}

/** Coordinate descent; what the weights come to in all is a matter of calibration. */
function stacked(members: readonly Float64Array[], rows: Omit<HeldOutOdds, 'logOdds'>): number[] {
  const weights = members.map(() => 1 / members.length);
  const sum = averageLogOdds(members, weights);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let moved = 0;
    members.forEach((member, i) => {
      const weight = weights[i] ?? 0;
      const shift = bestShift(sum, member, { rows, range: [-weight, MOST - weight] });
      weights[i] = weight + shift;
      member.forEach((value, row) => (sum[row] = (sum[row] ?? 0) + shift * value));
      moved = Math.max(moved, Math.abs(shift));
    });
    if (moved < SETTLED) break;
  }
  const total = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / members.length));
}

/** Where the loss along a line is least, by halving the range on the sign of its slope. */
function bestShift(
  average: Float64Array,
  gap: Float64Array,
  how: {
    readonly rows: Omit<HeldOutOdds, 'logOdds'>;
    readonly range: readonly [number, number];
  },
): number {
  const { labels, weights } = how.rows;
  const slopeAt = (shift: number): number => {
    let slope = 0;
    for (let row = 0; row < average.length; row += 1) {
      const value = gap[row] ?? 0;
      const chance = sigmoid((average[row] ?? 0) + shift * value);
      slope += (weights[row] ?? 0) * (chance - (labels[row] ?? 0)) * value;
    }
    return slope;
  };
  let [low, high] = how.range;
  if (slopeAt(low) >= 0) return low;
  if (slopeAt(high) <= 0) return high;
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}
