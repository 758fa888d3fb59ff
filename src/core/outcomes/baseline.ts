import { DomainError } from '../errors/domain-error.js';
import { HOUR, bucketStart, type Duration, type Instant } from '../telemetry/time.js';
import { excessAt, excessOf, type Deviation, type ExcessVariance } from './excess-variance.js';
import { fitRhythm, type FittedRhythm } from './fit-rhythm.js';
import { tellsExcess, tellsSeason, type HourCount } from './level-course.js';
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
  /** How much it rests on: unmasked buckets before `until`, less those in which hardly anyone came. */
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
  /** The baseline of the whole that this is a part of, to whose season a thin one is pulled. */
  readonly whole?: Baseline | undefined;
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

interface Summed {
  readonly at: Instant;
  count: number;
  exposure: number;
}

/** The good buckets in the order of time, by the hour: entries and conversions. */
function hoursOf(series: StageSeries, good: readonly number[]): [HourCount[], HourCount[]] {
  const entries: Summed[] = [];
  const rates: Summed[] = [];
  for (const index of good) {
    const at = bucketStart(bucketTime(series, index), HOUR);
    let [hour, rate] = [entries.at(-1), rates.at(-1)];
    if (hour?.at !== at || rate?.at !== at) {
      entries.push((hour = { at, count: 0, exposure: 0 }));
      rates.push((rate = { at, count: 0, exposure: 0 }));
    }
    hour.count += series.entered[index] ?? 0;
    hour.exposure += 1;
    rate.count += series.converted[index] ?? 0;
    rate.exposure += series.entered[index] ?? 0;
  }
  return [entries, rates];
}

/** Per bucket of the series: what was counted, what is usual, the variance by chance. */
interface Counts {
  readonly count: Float64Array;
  readonly usual: Float64Array;
  readonly chance: Float64Array;
}

function deviations(
  series: StageSeries,
  good: readonly number[],
  span: { readonly buckets: number; readonly leverage: readonly number[] },
  of: Counts,
): Deviation[] {
  const blocks: { key: number; seen: number; count: number; usual: number; chance: number }[] = [];
  const length = span.buckets * series.width;
  const part = Math.min(1, length / HOUR);
  for (const index of good) {
    const at = bucketTime(series, index);
    const key = Math.floor(at / length);
    let block = blocks.at(-1);
    if (block?.key !== key) {
      blocks.push((block = { key, seen: 0, count: 0, usual: 0, chance: 0 }));
    }
    const usual = of.usual[index] ?? 0;
    // The season holds this very hour: its deviation from what the others say is larger.
    const own = Math.min(0.5, part * (span.leverage[hourOfWeek(at)] ?? 0));
    block.seen += 1;
    block.count += usual + ((of.count[index] ?? 0) - usual) / (1 - own);
    block.usual += usual;
    block.chance += of.chance[index] ?? 0;
  }
  return blocks.filter(({ seen }) => 2 * seen > span.buckets);
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
    // Until history tells: half way (in logarithms) between what evens out and what lasts.
    const shorter = values.at(-1);
    const prior =
      shorter === undefined
        ? 0.0025
        : shorter / Math.sqrt(length / (lengths[values.length - 1] ?? length));
    values.push(excessOf(deviations(series, good, span, of), prior));
  }
  return { lengths, values };
}

const clampRate = (rate: number): number => Math.min(0.9999, Math.max(1e-6, rate));

/** The usual entries of one bucket and their rate of conversion. */
export function usualFlow(
  { entries, rate, width }: Baseline,
  at: Instant,
): Pick<Expectation, 'entries' | 'rate'> {
  const middle = at + width / 2;
  return { entries: usualAt(entries, middle), rate: clampRate(usualAt(rate, middle)) };
}

/** What the baseline says of one bucket, before or after the end of its history. */
export function expectedAt(baseline: Baseline, at: Instant): Expectation {
  const { entriesExcess, rateExcess, width } = baseline;
  const unseen = unseenExcess(baseline, at);
  return {
    ...usualFlow(baseline, at),
    entriesExcess: excessAt(entriesExcess, width) + unseen.entries,
    rateExcess: excessAt(rateExcess, width) + unseen.rate,
  };
}

/** Relative variance that an hour of the week adds because history has never shown it, else 0. */
export function unseenExcess(baseline: Baseline, at: Instant): { entries: number; rate: number } {
  const seen = (baseline.entries.seen[hourOfWeek(at + baseline.width / 2)] ?? 0) > 0;
  return seen ? { entries: 0, rate: 0 } : { entries: UNSEEN_ENTRIES, rate: UNSEEN_RATE };
}

/**
 * Learns what is usual from the unmasked buckets before `asOf`: hour-of-week season shrunk to the
 * hour of the day and to the whole that it is a part of, a robust level that drifts by the
 * day and starts anew where it changes altogether, and the present's dispersion beyond chance. With
 * little history it falls back to coarser seasons.
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
  const entries = fitRhythm(entryHours, false, options.whole?.entries.season);
  const rate = fitRhythm(rateHours, true, options.whole?.rate.season);
  const usualEntries = series.entered.map((_, i) => usualAt(entries, bucketTime(series, i + 0.5)));
  const usualRates = series.entered.map((_, i) =>
    clampRate(usualAt(rate, bucketTime(series, i + 0.5))),
  );
  const usualConverted = usualRates.map((usual, i) => usual * (series.entered[i] ?? 0));
  const telling = (tells: typeof tellsSeason, { course }: FittedRhythm): number[] =>
    good.filter((index) => tells(course, bucketTime(series, index)));
  const rests = telling(tellsSeason, entries);
  return {
    width,
    entries,
    rate,
    entriesExcess: excessByLength(series, telling(tellsExcess, entries), entries.leverage, {
      count: series.entered,
      usual: usualEntries,
      chance: usualEntries,
    }),
    rateExcess: excessByLength(series, telling(tellsExcess, rate), rate.leverage, {
      count: series.converted,
      usual: usualConverted,
      chance: usualConverted.map((usual, i) => usual * (1 - (usualRates[i] ?? 0))),
    }),
    history: {
      from: bucketTime(series, rests[0] ?? 0),
      until: good.length === 0 ? series.start : bucketTime(series, (good.at(-1) ?? 0) + 1),
      buckets: rests.length,
      seasonality: entries.seasonality,
    },
  };
}
