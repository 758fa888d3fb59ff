import type { Interval } from '../statistics/interval.js';
import type { Duration, Instant } from '../telemetry/time.js';
import type { Attempt } from './attempt.js';
import type { Journey } from './journey.js';

/** How long one attempt was seen, and whether it got there at the end of that time. */
export interface ValueObservation {
  readonly duration: Duration;
  readonly reached: boolean;
}

/** The share that has reached the value by a time after entry. */
export interface ValueShare {
  readonly at: Duration;
  /** 1 - Kaplan-Meier. */
  readonly share: number;
  /**
   * 90 %, pointwise, log-log (Greenwood's variance; Kalbfleisch and Prentice 1980). Where all have got
   * there that variance has no bounds: the last step's exact binomial one is taken.
   */
  readonly interval: Interval;
  readonly atRisk: number;
  readonly reached: number;
}

const Z90 = 1.6448536269514722;

interface Step {
  /** The share that has not got there, before the step and after. */
  readonly before: number;
  readonly survival: number;
  readonly greenwood: number;
  readonly atRisk: number;
}

function intervalOf({ before, survival, greenwood, atRisk }: Step): Interval {
  if (survival <= 0) return [1 - before * (1 - 0.05 ** (1 / atRisk)), 1];
  const logLog = Math.log(-Math.log(survival));
  const half = (Z90 * Math.sqrt(greenwood)) / Math.abs(Math.log(survival));
  return [1 - Math.exp(-Math.exp(logLog - half)), 1 - Math.exp(-Math.exp(logLog + half))];
}

/**
 * The share reached by time, from observations some of which ended before it was known (Kaplan and
 * Meier 1958): one point per time at which someone got there. At one time, those that got there
 * count before those that were lost from sight.
 */
export function timeToValue(observations: readonly ValueObservation[]): ValueShare[] {
  const sorted = observations.toSorted((one, other) => one.duration - other.duration);
  const shares: ValueShare[] = [];
  let [survival, greenwood] = [1, 0];
  for (let start = 0; start < sorted.length;) {
    const at = sorted[start]?.duration ?? 0;
    let [end, reached] = [start, 0];
    for (; end < sorted.length && sorted[end]?.duration === at; end += 1) {
      if (sorted[end]?.reached === true) reached += 1;
    }
    const atRisk = sorted.length - start;
    if (reached > 0) {
      const before = survival;
      survival *= (atRisk - reached) / atRisk;
      greenwood += reached / (atRisk * (atRisk - reached));
      const interval = intervalOf({ before, survival, greenwood, atRisk });
      shares.push({ at, share: 1 - survival, interval, atRisk, reached });
    }
    start = end;
  }
  return shares;
}

/** The time by which the share has got there; null where it has not, as far as is known. */
export function timeToReach(curve: readonly ValueShare[], share: number): Duration | null {
  return curve.find((point) => point.share >= share)?.at ?? null;
}

/** At most so many points of a curve, evenly by their place, its last one among them. */
export function thinnedCurve(curve: readonly ValueShare[], most: number): ValueShare[] {
  if (curve.length <= most) return [...curve];
  return Array.from({ length: most }, (_, index) => {
    const place = Math.ceil(((index + 1) * curve.length) / most) - 1;
    return curve.slice(place, place + 1);
  }).flat();
}

/** The share that has got there by the time, read from the curve. */
export function shareReachedBy(curve: readonly ValueShare[], time: Duration): number {
  return curve.findLast(({ at }) => at <= time)?.share ?? 0;
}

/**
 * What the attempts say, at the moment, of the time from one stage to another; an attempt that has
 * not got there is lost from sight now or when the journey's window ends, whichever is first.
 */
export function valueObservations(
  journey: Journey,
  attempts: readonly Attempt[],
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: Instant },
): ValueObservation[] {
  return attempts.flatMap((attempt): ValueObservation[] => {
    const entered = attempt.stageTimes[from] ?? null;
    const got = attempt.stageTimes[to] ?? null;
    if (entered === null || entered > now) return [];
    if (got !== null && got <= now)
      return [{ duration: Math.max(0, got - entered), reached: true }];
    const end = Math.min(now, attempt.startedAt + journey.window);
    return [{ duration: Math.max(0, end - entered), reached: false }];
  });
}
