import type { Duration } from '../telemetry/time.js';

/** A stretch of history: what was counted, what was usual, and the variance by chance alone. */
export interface Deviation {
  readonly count: number;
  readonly usual: number;
  readonly chance: number;
}

/**
 * Relative variance beyond chance, by the length of the stretch over which counts are added up:
 * what one bucket does on its own evens out over an hour, what demand does for hours does not.
 */
export interface ExcessVariance {
  readonly lengths: readonly Duration[];
  readonly values: readonly number[];
}

const PRIOR_STRETCHES = 8;
const CUT = 3;

/**
 * Moment estimate of the relative variance beyond chance, deviations cut back to three standard
 * deviations, pulled to `prior` as if that were known from eight stretches.
 */
export function excessOf(deviations: readonly Deviation[], prior: number): number {
  let excess = prior;
  for (let pass = 0; pass < 4; pass += 1) {
    let [square, scale] = [0, 0];
    for (const { count, usual, chance } of deviations) {
      const reach = pass === 0 ? Infinity : CUT * CUT * (chance + excess * usual * usual);
      square += Math.min((count - usual) ** 2, reach) - chance;
      scale += usual * usual;
    }
    const seen = scale > 0 ? Math.max(0, square / scale) : prior;
    const stretches = deviations.length;
    excess = (PRIOR_STRETCHES * prior + stretches * seen) / (PRIOR_STRETCHES + stretches);
  }
  return excess;
}

/** The excess variance of a stretch of any length, between the known ones linear in log length. */
export function excessAt(excess: ExcessVariance, length: Duration): number {
  const { lengths, values } = excess;
  let at = 0;
  while (at < lengths.length - 1 && length > (lengths[at] ?? 0)) at += 1;
  const [highLength, high] = [lengths[at] ?? 0, values[at] ?? 0];
  if (at === 0 || length >= highLength) return high;
  const [lowLength, low] = [lengths[at - 1] ?? 0, values[at - 1] ?? 0];
  return low + ((high - low) * Math.log(length / lowLength)) / Math.log(highLength / lowLength);
}
