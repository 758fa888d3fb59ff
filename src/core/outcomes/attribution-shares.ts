import { HOUR, MINUTE } from '../telemetry/time.js';
import type { Duration } from '../telemetry/time.js';

/** An episode on a stage that is known to have failed or not, and what speaks for its part in it. */
export interface Suspect {
  /** What it is like, from wide to narrow: its rule, the rule on its service, that at the stage. */
  readonly kinds: readonly string[];
  readonly failed: boolean;
  /** The failure that it lies on; null for one of its own. */
  readonly failureId: string | null;
  /** From the episode's start to the failure's onset; null where that is not known. */
  readonly lag: Duration | null;
  /** Whether people said that it caused the failure or contributed. */
  readonly isCertain: boolean;
}

/** Failures begin at most so long before an episode that they are measured on, and so long after. */
const EARLIEST = -40 * MINUTE;
const LATEST = HOUR;
const LAGS = 10;

/** How long a failure of something else may lie on an episode's window by chance. */
export const WITHIN_REACH = LATEST - EARLIEST;

/** A kind counts as much as its wider one where so many episodes of it are known. */
const PRIOR_EPISODES = 4;

/** A failure known before anything else is its episode's doing with this chance. */
const FIRST_SHARE = 0.7;
const [LEAST_RATE, MOST_RATE] = [0.002, 0.99];
const [MOST_STEPS, ENOUGH] = [100, 1e-4];

const lagBin = (lag: Duration): number =>
  Math.min(LAGS - 1, Math.max(0, Math.floor((LAGS * (lag - EARLIEST)) / WITHIN_REACH)));

/** For every level of kinds, and first for all together, which kind each suspect is of, numbered. */
function numberedKinds(suspects: readonly Suspect[]): readonly Uint32Array[] {
  const levels = suspects[0]?.kinds.length ?? 0;
  return Array.from({ length: levels + 1 }, (_, level) => {
    const numbers = new Map<string, number>();
    return Uint32Array.from(suspects, ({ kinds }) => {
      const kind = level === 0 ? '' : (kinds[level - 1] ?? '');
      const number = numbers.get(kind) ?? numbers.size;
      numbers.set(kind, number);
      return number;
    });
  });
}

/**
 * How likely an episode of each one's kinds breaks its stage, from the other episodes alone: each
 * kind's share of failures, pulled towards that of the wider one.
 */
function ratesWithoutOwn(levels: readonly Uint32Array[], shares: Float64Array): Float64Array {
  const rates = new Float64Array(shares.length).fill(0.5);
  for (const kinds of levels) {
    const failed = new Float64Array(kinds.length);
    const episodes = new Float64Array(kinds.length);
    kinds.forEach((kind, i) => {
      failed[kind] = (failed[kind] ?? 0) + (shares[i] ?? 0);
      episodes[kind] = (episodes[kind] ?? 0) + 1;
    });
    kinds.forEach((kind, i) => {
      const others = (failed[kind] ?? 0) - (shares[i] ?? 0) + PRIOR_EPISODES * (rates[i] ?? 0);
      rates[i] = others / ((episodes[kind] ?? 0) - 1 + PRIOR_EPISODES);
    });
  }
  return rates.map((rate) => Math.min(MOST_RATE, Math.max(LEAST_RATE, rate)));
}

/** How much likelier each lag is of an episode's own failure than of another's, which is at any time. */
function lagRatios(suspects: readonly Suspect[], shares: Float64Array): Float64Array {
  const counts = new Float64Array(LAGS).fill(0.5);
  suspects.forEach(({ lag }, i) => {
    if (lag !== null) counts[lagBin(lag)] = (counts[lagBin(lag)] ?? 0) + (shares[i] ?? 0);
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (LAGS * count) / total);
}

/** The episodes of each failure, by their places. */
function byFailure(suspects: readonly Suspect[]): readonly (readonly number[])[] {
  const failures = new Map<string, number[]>();
  suspects.forEach(({ failed, failureId }, i) => {
    if (!failed) return;
    const key = failureId === null ? `own/${i}` : `failure/${failureId}`;
    failures.set(key, [...(failures.get(key) ?? []), i]);
  });
  return [...failures.values()];
}

/** What speaks for an episode having broken its stage, and against it. */
interface Odds {
  readonly own: number;
  readonly other: number;
}

/** The chance of each episode on one failure: it is somebody's doing, or a coincidence. */
function sharesOfOne(odds: readonly Odds[], coincidence: number): number[] {
  const alone = odds.map(({ own, other }) => own / (own + other));
  const nobody = alone.reduce((product, share) => product * (1 - share), 1);
  const explained = 1 - (1 - coincidence) * nobody;
  return alone.map((share) => Math.min(1, share / explained));
}

/**
 * How likely a failure that is measured on an episode is of that episode's doing, for each episode;
 * 1 where people said so, and where nothing failed. Several episodes on one failure may all
 * have to do with it (alerts of one fault); or none, where something that nobody told of broke the
 * stage meanwhile. Episodes whose kind often breaks stages and that began shortly after the onset are
 * likelier ones: a noisy-or over the suspects of each failure, with the rates and the lags learnt from
 * all failures by expectation-maximisation (Dempster, Laird & Rubin 1977), each episode's rate from
 * the others.
 *
 * @param coincidence chance that a failure which nothing told of lies on an episode's window
 */
export function attributionShares(suspects: readonly Suspect[], coincidence: number): Float64Array {
  let shares = Float64Array.from(suspects, ({ failed, isCertain }) =>
    failed ? (isCertain ? 1 : FIRST_SHARE) : 0,
  );
  const failures = byFailure(suspects);
  const levels = numberedKinds(suspects);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const rates = ratesWithoutOwn(levels, shares);
    const ratios = lagRatios(suspects, shares);
    const next = new Float64Array(suspects.length);
    for (const places of failures) {
      const odds = places.map((i): Odds => {
        const [rate, lag] = [rates[i] ?? 0, suspects[i]?.lag ?? null];
        const own = rate * (lag === null ? 1 : (ratios[lagBin(lag)] ?? 1));
        return { own, other: suspects[i]?.isCertain === true ? 0 : 1 - rate };
      });
      sharesOfOne(odds, coincidence).forEach((share, k) => (next[places[k] ?? 0] = share));
    }
    const moved = next.reduce(
      (most, share, i) => Math.max(most, Math.abs(share - (shares[i] ?? 0))),
      0,
    );
    shares = next;
    if (moved < ENOUGH) break;
  }
  return shares.map((share, i) => (suspects[i]?.failed === true ? share : 1));
}
