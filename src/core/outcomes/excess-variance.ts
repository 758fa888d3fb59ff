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

/** What is independent from bucket to bucket falls as one over the length: a line in logarithms. */
function powerLaw(low: number, high: number, share: number): number {
  return low > 0 && high > 0 ? low ** (1 - share) * high ** share : low + (high - low) * share;
}

/** The excess variance of a stretch of any length, a power law between known ones. */
export function excessAt({ lengths, values }: ExcessVariance, length: Duration): number {
  const next = lengths.findIndex((known) => known >= length);
  const last = lengths.length - 1;
  if (next <= 0) return values[next === 0 ? 0 : last] ?? 0;
  const [from, to] = [lengths[next - 1] ?? 0, lengths[next] ?? 0];
  const share = Math.log(length / from) / Math.log(to / from);
  return powerLaw(values[next - 1] ?? 0, values[next] ?? 0, share);
}
