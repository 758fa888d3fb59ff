import type { Interval } from '../statistics/interval.js';
import { percentileInterval } from '../statistics/interval.js';
import type { DrawnLevel, DrawnWeeks } from './drawn-weeks.js';
import { drawnWeeks } from './drawn-weeks.js';
import type { LevelChoice } from './level-choice.js';
import { chooseLevel } from './level-choice.js';

/** Draws of a past and of a time after it. */
const RESAMPLES = 1000;
/** Left out at either end of the interval. */
const TAIL = 0.005;
/** A draw without the rare costly weeks counts as if it had this share of the usual spread. */
const LEAST_SPREAD = 0.5;

/** What a threshold will cost more than the current one over as long a time as the history. */
export interface SavingOutlook {
  /** 99 % prediction interval; below zero is a saving. */
  readonly interval: Interval;
  /** Probability that it will have cost more, 0..1. */
  readonly chanceDearer: number;
}

/** How far one draw's past was from what came after it. */
interface Miss {
  readonly error: number;
  /** Standard deviation of a sum of as many weeks, by that past. */
  readonly spread: number;
}

function drawnBlocks(count: number, random: () => number): Float64Array {
  return Float64Array.from({ length: count }, () => Math.floor(random() * count));
}

function countsOf(drawn: Float64Array): Float64Array {
  const counts = new Float64Array(drawn.length);
  for (const block of drawn) counts[block] = (counts[block] ?? 0) + 1;
  return counts;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function spreadOf(values: Float64Array): number {
  const mean = sumOf(values) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt((squares * values.length) / (values.length - 1));
}

function missOf(
  weeks: DrawnWeeks,
  past: Float64Array,
  level: DrawnLevel,
  random: () => number,
): Miss {
  const draw = (block: number): number => weeks.draw(level, block, random);
  const seen = past.map(draw);
  const later = drawnBlocks(weeks.count, random).map(draw);
  return { error: sumOf(later) - sumOf(seen), spread: spreadOf(seen) };
}

/**
 * What is to be expected of a level over as long a time again.
 *
 * It is a prediction, so it holds the luck of the past and that of the time to come. Weeks are drawn
 * with replacement as a past, the threshold is chosen anew from them, and as many weeks are drawn as
 * what came after: how much more they cost than that past said is the error, counted in that past's
 * own spread (a studentised bootstrap; Efron and Tibshirani 1993, ch. 12), as few weeks know little of
 * their spread. Null for fewer than two blocks.
 *
 * @param isChosen whether other weeks would have led to another level.
 */
export function savingOutlook(
  choice: LevelChoice,
  level: number,
  { isChosen, random }: { readonly isChosen: boolean; readonly random: () => number },
): SavingOutlook | null {
  const weeks = drawnWeeks(choice);
  if (weeks.count < 2) return null;
  const fixed = weeks.levelAt(level);
  const misses: Miss[] = [];
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    const past = drawnBlocks(weeks.count, random);
    const chosen = isChosen ? chooseLevel(choice, countsOf(past)) : null;
    const drawn = chosen === null ? fixed : weeks.gridLevel(chosen);
    misses.push(missOf(weeks, past, drawn, random));
  }
  const squares = misses.reduce((sum, { spread }) => sum + spread ** 2, 0);
  const usual = Math.sqrt(squares / misses.length);
  const expected = weeks.expected(level);
  const figures = misses.map(({ error, spread }) => {
    // Where no week differs from another nothing is missed either.
    if (usual === 0) return expected;
    return expected + (usual * error) / Math.max(spread, LEAST_SPREAD * usual);
  });
  const dearer = figures.filter((figure) => figure > 0).length;
  return {
    interval: percentileInterval(figures, TAIL),
    chanceDearer: dearer / figures.length,
  };
}
