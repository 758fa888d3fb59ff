import { DomainError } from '../errors/domain-error.js';
import { HOUR, bucketStart, type Duration, type Instant } from '../telemetry/time.js';
import { excessAt, excessOf, type Deviation, type ExcessVariance } from './excess-variance.js';
import { fitRhythm, type FittedRhythm, type HourCount } from './fit-rhythm.js';
import { bucketTime, maskedBuckets, type StageSeries, type TimeSpan } from './stage-series.js';
import { hourOfWeek, usualAt } from './weekly-rhythm.js';

/** What a stage does without trouble, as plain data. */
export interface Baseline {
  readonly width: Duration;
  /** Entries per bucket: negative binomial. */
  readonly entries: FittedRhythm;
  /** Conversions per entrant: beta-binomial. */
  readonly rate: FittedRhythm;
  readonly entriesExcess: ExcessVariance;
  readonly rateExcess: ExcessVariance;
  /** How much it rests on: unmasked buckets before `until`. */
  readonly history: {
    readonly from: Instant;
    readonly until: Instant;
    readonly buckets: number;
    readonly seasonality: FittedRhythm['seasonality'];
  };
}

export interface BaselineOptions {
  /** Nothing from this moment on is learnt from. */
  readonly asOf: Instant;
  /** Known trouble: failure windows, changes and their ramps, open incidents. */
  readonly masked?: readonly TimeSpan[];
  /** The whole journey's baseline, to whose season a thin stage is pulled. */
  readonly journey?: Baseline | undefined;
}

/** What is to be expected of one bucket; excesses are relative variances beyond chance. */
export interface Expectation {
  readonly entries: number;
  readonly rate: number;
  readonly entriesExcess: number;
  readonly rateExcess: number;
}

/** Relative variance of an hour of the week that history has never shown (a first weekend). */
const UNSEEN_ENTRIES = 0.09;
const UNSEEN_RATE = 0.0225;

function hoursOf(series: StageSeries, good: readonly number[]): [HourCount[], HourCount[]] {
  const entries = new Map<Instant, HourCount>();
  const rates = new Map<Instant, HourCount>();
  for (const index of good) {
    const at = bucketStart(bucketTime(series, index), HOUR);
    const entered = series.entered[index] ?? 0;
    const hour = entries.get(at) ?? { at, count: 0, exposure: 0 };
    entries.set(at, { at, count: hour.count + entered, exposure: hour.exposure + 1 });
    const rate = rates.get(at) ?? { at, count: 0, exposure: 0 };
    const count = rate.count + (series.converted[index] ?? 0);
    rates.set(at, { at, count, exposure: rate.exposure + entered });
  }
  return [[...entries.values()], [...rates.values()]];
}

interface Counts {
  readonly count: (index: number) => number;
  readonly usual: (index: number) => number;
  readonly chance: (usual: number, index: number) => number;
}

function deviations(
  series: StageSeries,
  good: readonly number[],
  span: { readonly buckets: number; readonly leverage: readonly number[] },
  of: Counts,
): Deviation[] {
  const blocks = new Map<number, { seen: number; count: number; usual: number; chance: number }>();
  for (const index of good) {
    const key = Math.floor(bucketTime(series, index) / (span.buckets * series.width));
    const block = blocks.get(key) ?? { seen: 0, count: 0, usual: 0, chance: 0 };
    const usual = of.usual(index);
    const own =
      (span.leverage[hourOfWeek(bucketTime(series, index))] ?? 0) *
      Math.min(1, (span.buckets * series.width) / HOUR);
    // The season holds this very hour: its deviation from what the others say is larger.
    const deviation = (of.count(index) - usual) / (1 - Math.min(own, 0.5));
    blocks.set(key, {
      seen: block.seen + 1,
      count: block.count + usual + deviation,
      usual: block.usual + usual,
      chance: block.chance + of.chance(usual, index),
    });
  }
  return [...blocks.values()].filter(({ seen }) => seen > 0.8 * span.buckets);
}

function excessByLength(
  series: StageSeries,
  good: readonly number[],
  leverage: readonly number[],
  of: Counts,
): ExcessVariance {
  const lengths = [...new Set([series.width, HOUR, 6 * HOUR])];
  const values: number[] = [];
  for (const length of lengths) {
    const span = { buckets: Math.round(length / series.width), leverage };
    values.push(excessOf(deviations(series, good, span, of), values.at(-1) ?? 0.0025));
  }
  return { lengths, values };
}

const clampRate = (rate: number): number => Math.min(0.9999, Math.max(1e-6, rate));

/** What the baseline says of one bucket, before or after the end of its history. */
export function expectedAt(baseline: Baseline, at: Instant): Expectation {
  const middle = at + baseline.width / 2;
  const { entries, rate, entriesExcess, rateExcess, width } = baseline;
  const unseen = (entries.seen[hourOfWeek(middle)] ?? 0) === 0;
  return {
    entries: usualAt(entries, middle),
    rate: clampRate(usualAt(rate, middle)),
    entriesExcess: excessAt(entriesExcess, width) + (unseen ? UNSEEN_ENTRIES : 0),
    rateExcess: excessAt(rateExcess, width) + (unseen ? UNSEEN_RATE : 0),
  };
}

/** Relative variance that an hour of the week adds because history has never shown it, else 0. */
export function unseenExcess(baseline: Baseline, at: Instant): { entries: number; rate: number } {
  const seen = (baseline.entries.seen[hourOfWeek(at + baseline.width / 2)] ?? 0) > 0;
  return seen ? { entries: 0, rate: 0 } : { entries: UNSEEN_ENTRIES, rate: UNSEEN_RATE };
}

/**
 * Learns what is usual from the unmasked buckets before `asOf`: hour-of-week season shrunk to the
 * hour of the day and to the journey, a robust level that drifts by the day, and dispersion beyond
 * chance. With little history it falls back to coarser seasons.
 *
 * @throws DomainError `unsupported-bucket` where the width does not divide an hour.
 */
export function fitBaseline(series: StageSeries, options: BaselineOptions): Baseline {
  const { width } = series;
  if (HOUR % width !== 0) {
    throw new DomainError('unsupported-bucket', 'The width of a bucket must divide an hour.');
  }
  const mask = maskedBuckets(series, options.masked ?? []);
  const good: number[] = [];
  series.entered.forEach((entered, index) => {
    const before = bucketTime(series, index + 1) <= options.asOf;
    if (before && mask[index] === 0 && !Number.isNaN(entered)) good.push(index);
  });
  const [entryHours, rateHours] = hoursOf(series, good);
  const entries = fitRhythm(entryHours, false, options.journey?.entries.season);
  const rate = fitRhythm(rateHours, true, options.journey?.rate.season);
  const middle = (index: number): Instant => bucketTime(series, index) + width / 2;
  const usualRate = (index: number): number => clampRate(usualAt(rate, middle(index)));
  const entered = (index: number): number => series.entered[index] ?? 0;
  return {
    width,
    entries,
    rate,
    entriesExcess: excessByLength(series, good, entries.leverage, {
      count: entered,
      usual: (index) => usualAt(entries, middle(index)),
      chance: (usual) => usual,
    }),
    rateExcess: excessByLength(series, good, rate.leverage, {
      count: (index) => series.converted[index] ?? 0,
      usual: (index) => entered(index) * usualRate(index),
      chance: (usual, index) => usual * (1 - usualRate(index)),
    }),
    history: {
      from: bucketTime(series, good[0] ?? 0),
      until: good.length === 0 ? series.start : bucketTime(series, (good.at(-1) ?? 0) + 1),
      buckets: good.length,
      seasonality: entries.seasonality,
    },
  };
}
