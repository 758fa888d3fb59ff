import type { Bucket, Pair, StageSeries } from './answers.js';

/** One bucket as the chart draws it. */
export interface Point {
  /** Epoch ms of the bucket's start. */
  readonly at: number;
  readonly entered: number;
  readonly converted: number;
  /** What is usual, with its 90% band; null where there is no history yet. */
  readonly usual: number | null;
  readonly band: Pair | null;
  /** Some of its people may still convert, or the bucket is not over. */
  readonly isImmature: boolean;
  /** Complete, and below its band. */
  readonly isLow: boolean;
}

/** A stage over time. */
export interface Series {
  readonly stage: string;
  /** The last stage converts nobody further: its entries are what counts. */
  readonly isLast: boolean;
  readonly points: readonly Point[];
  /** The width of a bucket in ms. */
  readonly width: number;
}

function usualOf(
  { baseline }: Bucket,
  isLast: boolean,
): { readonly usual: number | null; readonly band: Pair | null } {
  if (baseline === null) return { usual: null, band: null };
  const { entered, enteredInterval, converted, convertedInterval } = baseline;
  return isLast
    ? { usual: entered, band: enteredInterval }
    : { usual: converted, band: convertedInterval };
}

function pointOf(bucket: Bucket, isLast: boolean, isOver: boolean): Point {
  const { entered, mature, immature } = bucket;
  const converted = isLast ? entered : mature.converted + immature.converted;
  const { usual, band } = usualOf(bucket, isLast);
  const isImmature = !isOver || (!isLast && immature.entered > 0);
  const isLow = !isImmature && band !== null && converted < band[0];
  return { at: Date.parse(bucket.bucketStart), entered, converted, usual, band, isImmature, isLow };
}

/** Before the first customer was ever recorded, nobody coming says nothing. */
function recorded({ baseline, buckets }: StageSeries): readonly Bucket[] {
  const begin = baseline === null ? Number.POSITIVE_INFINITY : new Date(baseline.from).getTime();
  const first = buckets.findIndex(
    ({ entered, bucketStart }) => entered > 0 || Date.parse(bucketStart) >= begin,
  );
  return first === -1 ? [] : buckets.slice(first);
}

/** The points of a stage, oldest first and from its first record on; `to` is the end of what was asked for. */
export function seriesOf(asked: StageSeries, isLast: boolean, to: string): Series {
  const { stage, buckets } = asked;
  const [first, second] = buckets;
  const start = first === undefined ? 0 : Date.parse(first.bucketStart);
  const width =
    second === undefined ? Date.parse(to) - start : Date.parse(second.bucketStart) - start;
  const points = recorded(asked).map((bucket) =>
    pointOf(bucket, isLast, Date.parse(bucket.bucketStart) + width <= Date.parse(to)),
  );
  return { stage, isLast, points, width };
}
