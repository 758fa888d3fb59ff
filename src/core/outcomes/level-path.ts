import { quantileOfSorted } from '../statistics/interval.js';

/** What was counted over a stretch of time, out of how much: at a level of one, as much as that. */
export interface CountedOutOf {
  readonly count: number;
  readonly exposure: number;
}

/** The level about which a day lies, and how the day lies to it. */
export interface DayOfPath {
  readonly level: number;
  /** Far above (1) or far below (-1) it. */
  readonly strays: -1 | 0 | 1;
  /** Something else was usual until the day before. */
  readonly changed: boolean;
}

/** Relative variances of a count: by chance, where the mean is one, and beyond it. */
interface Noise {
  readonly chance: number;
  readonly variance: number;
}

/** Logarithmic distance of neighbouring levels; as far as a level drifts in a day. */
const STEP = 0.1;
/** Relative variance of the days of one level, at least. */
const DAY_VARIANCE = 0.04;

/** What a day costs at most (three standard deviations): one incident or surge moves no level. */
const OUTLIER = 9;
const DRIFT = 3;
/** Three days in a row are not by the way: what has come up stays. */
export const RISE = 2.5 * OUTLIER;
/** A stage that nobody reaches is in trouble until that has lasted a week. */
const FALL = 6.5 * OUTLIER;
/** What was hardly used says so little that one day is believed. */
const AWAKENING = 0.9 * OUTLIER;

/** A level that is this many times lower says nothing of the present. */
export const QUIET = 10;
/** Fewer counts in the busiest day than this, one an hour, are hardly any traffic. */
const HARDLY_ANY = 24;

/** Standard deviations, with sign, between a count and what a level lets expect. */
function straysBy({ count, exposure }: CountedOutOf, level: number, noise: Noise): number {
  const usual = exposure * level + 0.5;
  const chance = (noise.chance / 2) * (1 / (count + 0.5) + 1 / usual);
  return Math.log((count + 0.5) / usual) / Math.sqrt(noise.variance + chance);
}

/** What lies far off costs no more than what just does (Fearnhead & Rigaill 2019). */
export function costOf(of: CountedOutOf, level: number, noise: Noise): number {
  return of.exposure > 0 ? Math.min(OUTLIER, straysBy(of, level, noise) ** 2) : 0;
}

/** By how much one day differs from the next, as half of them do: changes and trouble are few. */
function dayVariance(logs: readonly number[]): number {
  const steps = Float64Array.from(logs.slice(1), (log, i) => Math.abs(log - (logs[i] ?? log)));
  const middle = steps.length === 0 ? 0 : quantileOfSorted(steps.sort(), 0.5);
  return Math.max(DAY_VARIANCE, (1.4826 * middle) ** 2 / 2);
}

/** The cheapest way to each level: what it costs, and from which level of the day before. */
class Steps {
  readonly costs: Float64Array;
  readonly from: Int32Array;

  constructor(private readonly before: Float64Array) {
    this.costs = before.slice();
    this.from = Int32Array.from(before, (_, i) => i);
  }

  /** Whether a step is no drift. */
  isChange(level: number): boolean {
    return Math.abs((this.from[level] ?? level) - level) > 1;
  }

  take(level: number, from: number, by: number): void {
    const cost = (this.before[from] ?? Infinity) + by;
    if (cost >= (this.costs[level] ?? Infinity)) return;
    this.costs[level] = cost;
    this.from[level] = from;
  }

  cheaper(a: number, b: number): number {
    return (this.before[b] ?? Infinity) < (this.before[a] ?? Infinity) ? b : a;
  }
}

/** @param hardlyAny so many of the lowest levels are hardly any traffic. */
function stepsFrom(before: Float64Array, hardlyAny: number): Steps {
  const steps = new Steps(before);
  const far = Math.round(Math.log(QUIET) / STEP);
  let [below, asleep] = [0, 0];
  for (let level = 0; level < before.length; level += 1) {
    steps.take(level, level - 1, DRIFT);
    steps.take(level, level + 1, DRIFT);
    below = steps.cheaper(below, level);
    steps.take(level, below, RISE);
    if (level < far || hardlyAny === 0) continue;
    asleep = steps.cheaper(asleep, Math.min(level - far, hardlyAny - 1));
    steps.take(level, asleep, AWAKENING);
  }
  let above = before.length - 1;
  for (let level = above; level >= 0; level -= 1) {
    above = steps.cheaper(above, level);
    steps.take(level, above, FALL);
  }
  return steps;
}

/** The levels that any of the days may have, ascending. */
function gridOf(logs: readonly number[]): Float64Array {
  const [lowest, highest] = [Math.min(...logs), Math.max(...logs)];
  const length = Math.ceil((highest - lowest) / STEP) + 1;
  return Float64Array.from({ length }, (_, i) => Math.exp(lowest + i * STEP));
}

/** A day of which nothing is known ends nothing. */
function overGaps(path: readonly DayOfPath[], days: readonly CountedOutOf[]): DayOfPath[] {
  let strays: DayOfPath['strays'] = 0;
  return path.map((day, i) => {
    if ((days[i]?.exposure ?? 0) > 0) strays = day.strays;
    return { ...day, strays };
  });
}

function sideOf(by: number): DayOfPath['strays'] {
  if (by ** 2 < OUTLIER) return 0;
  return by > 0 ? 1 : -1;
}

/**
 * The most probable course of a level that drifts a little and seldom changes altogether, what lies
 * far off it cut back (Viterbi 1967, over a grid of levels).
 */
export function levelPath(days: readonly CountedOutOf[], chance: number): DayOfPath[] {
  const known = days.filter(({ exposure }) => exposure > 0);
  if (known.length === 0) return days.map(() => ({ level: 0, strays: 0, changed: false }));
  const logs = known.map(({ count, exposure }) => Math.log((count + 0.5) / exposure));
  const levels = gridOf(logs);
  const noise = { chance, variance: dayVariance(logs) };
  const busiest = Math.max(...known.map(({ exposure }) => exposure));
  const hardlyAny = levels.filter((level) => level * busiest < HARDLY_ANY).length;
  let costs: Float64Array = new Float64Array(levels.length);
  const taken = days.map((day) => {
    const steps = stepsFrom(costs, hardlyAny);
    costs = steps.costs.map((cost, i) => cost + costOf(day, levels[i] ?? 0, noise));
    return steps;
  });
  let at = costs.indexOf(Math.min(...costs));
  const backwards = days
    .map((counted, day) => ({ counted, steps: taken[day] }))
    .toReversed()
    .map(({ counted, steps }) => {
      const level = levels[at] ?? 0;
      const changed = steps?.isChange(at) === true;
      at = steps?.from[at] ?? at;
      return { level, strays: sideOf(straysBy(counted, level, noise)), changed };
    });
  return overGaps(backwards.toReversed(), days);
}
