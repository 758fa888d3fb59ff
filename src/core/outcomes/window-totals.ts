import type { Duration, Instant } from '../telemetry/time.js';
import { expectedAt, unseenExcess, type Baseline } from './baseline.js';
import { excessAt } from './excess-variance.js';
import { siteWideFactor } from './site-wide-factor.js';
import { bucketIndex, bucketTime, type StageSeries } from './stage-series.js';

/** Series that the episode does not touch, with what they usually do. */
export interface Control {
  readonly series: StageSeries;
  readonly baseline: Baseline;
}

/** What was counted in one run of buckets, and what was to be expected of it. */
export interface WindowTotals {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly entered: number;
  readonly converted: number;
  readonly expectedEntries: number;
  readonly entriesExcess: number;
  /** The usual rate of those who came (of those expected, where nobody came). */
  readonly rate: number;
  readonly rateExcess: number;
}

/** Running sums from a first bucket on; `counts[k]` covers the k first buckets. */
interface Running {
  readonly first: number;
  readonly length: number;
  readonly entered: Float64Array;
  readonly converted: Float64Array;
  readonly expected: Float64Array;
  readonly usualConverted: Float64Array;
  readonly expectedConverted: Float64Array;
}

function running(series: StageSeries, baseline: Baseline, from: Instant, to: Instant): Running {
  const first = Math.max(0, bucketIndex(series, from));
  const last = Math.min(series.entered.length, Math.ceil((to - series.start) / series.width));
  const length = Math.max(0, last - first);
  const sums = (): Float64Array => new Float64Array(length + 1);
  const [entered, converted, expected] = [sums(), sums(), sums()];
  const [usualConverted, expectedConverted] = [sums(), sums()];
  for (let k = 0; k < length; k += 1) {
    const n = series.entered[first + k] ?? Number.NaN;
    const known = Number.isNaN(n) ? 0 : 1;
    const usual = expectedAt(baseline, bucketTime(series, first + k));
    const add = (sum: Float64Array, value: number): void => {
      sum[k + 1] = (sum[k] ?? 0) + (known ? value : 0);
    };
    add(entered, n);
    add(converted, series.converted[first + k] ?? 0);
    add(expected, usual.entries);
    add(usualConverted, n * usual.rate);
    add(expectedConverted, usual.entries * usual.rate);
  }
  return { first, length, entered, converted, expected, usualConverted, expectedConverted };
}

const between = (sums: Float64Array, from: number, to: number): number =>
  (sums[to] ?? 0) - (sums[from] ?? 0);

/** A control that expects fewer entries says nothing. */
const MIN_CONTROL = 50;

/** Totals of any run of buckets within a stretch of time, each in constant time. */
export class WindowTable {
  readonly buckets: number;
  readonly #main: Running;
  readonly #control: Running | null;

  constructor(
    private readonly stage: Control,
    private readonly control: Control | undefined,
    span: { readonly from: Instant; readonly to: Instant },
  ) {
    this.#main = running(stage.series, stage.baseline, span.from, span.to);
    this.#control = control
      ? running(
          control.series,
          control.baseline,
          bucketTime(stage.series, this.#main.first),
          span.to,
        )
      : null;
    this.buckets = this.#main.length;
  }

  get width(): Duration {
    return this.stage.series.width;
  }

  timeOf(bucket: number): Instant {
    return bucketTime(this.stage.series, this.#main.first + bucket);
  }

  totals(from: number, to: number): WindowTotals {
    const { stage } = this;
    const length = (to - from) * this.width;
    const unseen = unseenExcess(stage.baseline, this.timeOf(to - 1));
    const entered = between(this.#main.entered, from, to);
    const expected = between(this.#main.expected, from, to);
    const rate =
      entered > 0
        ? between(this.#main.usualConverted, from, to) / entered
        : between(this.#main.expectedConverted, from, to) / Math.max(expected, 1e-12);
    const site = this.siteWide(from, to);
    const entriesExcess = excessAt(stage.baseline.entriesExcess, length) + site.excess;
    return {
      startedAt: this.timeOf(from),
      endedAt: this.timeOf(to),
      entered,
      converted: between(this.#main.converted, from, to),
      expectedEntries: expected * site.factor,
      entriesExcess: entriesExcess + (site.known ? 0 : unseen.entries),
      rate: Math.min(0.9999, Math.max(1e-6, rate)),
      rateExcess: excessAt(stage.baseline.rateExcess, length) + unseen.rate,
    };
  }

  /** The control's observed / expected entries, as a gamma posterior (mean and relative variance). */
  private siteWide(
    from: number,
    to: number,
  ): { readonly factor: number; readonly excess: number; readonly known: boolean } {
    const [control, sums] = [this.control, this.#control];
    if (!control || !sums) return { factor: 1, excess: 0, known: false };
    const scale = this.width / control.series.width;
    const [left, right] = [Math.floor(from * scale), Math.ceil(to * scale)].map((k) =>
      Math.min(k, sums.length),
    );
    const expected = between(sums.expected, left ?? 0, right ?? 0);
    if (expected < MIN_CONTROL) return { factor: 1, excess: 0, known: false };
    const seen = between(sums.entered, left ?? 0, right ?? 0);
    const usual = excessAt(control.baseline.entriesExcess, (to - from) * this.width);
    return { ...siteWideFactor(seen, expected, usual), known: true };
  }
}
