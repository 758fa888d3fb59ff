import type { Journey } from '../journeys/journey.js';
import { stageWindow } from '../journeys/stage-cell.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { expectedAt, unseenExcess, type Baseline } from './baseline.js';
import { excessAt } from './excess-variance.js';
import {
  inflowFactor,
  siteWideFactor,
  type Inflow,
  type InflowFactor,
  type SiteWideFactor,
} from './site-wide-factor.js';
import { bucketIndex, bucketTime, type StageSeries, type TimeSpan } from './stage-series.js';

/** Series that the episode does not touch, with what they usually do. */
export interface Control {
  readonly series: StageSeries;
  readonly baseline: Baseline;
}

/** A journey's entry beside one of its later stages. */
export interface Inflowing extends Control {
  /**
   * The episode may touch it: trouble brings nobody, so more than usual are a surge, while fewer
   * may be the trouble's own doing.
   */
  readonly touched: boolean;
  /** How long customers usually take from there to the stage, rather too long than too short. */
  readonly delay: Duration;
}

/** Nobody sets a window that customers mostly exceed: on average they take a third of it at most. */
const SHARE_OF_WINDOW = 1 / 3;

/** How long customers take to a stage from where they come in, rather too long than too short. */
export function delayTo(journey: Journey, stageIndex: number): Duration {
  const windows = journey.stages.slice(0, stageIndex).map((_, i) => stageWindow(journey, i));
  return SHARE_OF_WINDOW * windows.reduce((sum, window) => sum + window, 0);
}

/** What tells a change of everyone's traffic from what happened to the stage alone. */
export interface Controls {
  /**
   * Untouched by the episode: what the traffic of all of them does is not its doing. What only one
   * of them does is that one's own.
   */
  readonly controls?: readonly Control[] | undefined;
  /** Where the stage's customers come in: fewer or more of them there are fewer or more here. */
  readonly inflow?: Inflowing | undefined;
}

/** What was counted in one run of buckets, and what was to be expected of it. */
export interface WindowTotals {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly entered: number;
  readonly converted: number;
  readonly expectedEntries: number;
  readonly entriesExcess: number;
  /**
   * Of those who came in with the journey, the share that is expected here, as far as it is known
   * who they are: what they vary by chance, these do not vary by themselves. 0 where it is not known.
   */
  readonly entriesReach: number;
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

/** A control beside the stage. */
interface Compared extends Control {
  readonly sums: Running;
}

const NO_CHANGE: SiteWideFactor = { factor: 1, excess: 0 };

/** What is known of the entries of a window beyond what is usual. */
type KnownTraffic = SiteWideFactor & Partial<Pick<InflowFactor, 'reach'>>;

const between = (sums: Float64Array, from: number, to: number): number =>
  (sums[to] ?? 0) - (sums[from] ?? 0);

/** A control that expects fewer entries says nothing. */
const MIN_CONTROL = 50;
/** Nor do those who come in, where hardly any are expected. */
const MIN_INFLOW = 10;

/** A run of buckets of a stage, and the entries that it usually has. */
interface Run {
  readonly from: number;
  /** The first bucket after it. */
  readonly to: number;
  readonly expected: number;
  /** Relative variance beyond chance. */
  readonly excess: number;
}

/** The share of those coming in within a stretch who, taking that long on average, get on within it. */
function shareWithin(delay: Duration, length: Duration): number {
  const share = delay / length;
  return share > 0 ? 1 - share * (1 - Math.exp(-1 / share)) : 1;
}

/** Totals of any run of buckets within a stretch of time, each in constant time. */
export class WindowTable {
  readonly buckets: number;
  readonly #main: Running;
  readonly #controls: readonly Compared[];
  readonly #inflow: Compared | null;

  constructor(
    private readonly stage: Control,
    private readonly controls: Controls,
    span: { readonly from: Instant; readonly to: Instant },
  ) {
    this.#main = running(stage.series, stage.baseline, span.from, span.to);
    const from = bucketTime(stage.series, this.#main.first);
    const compared = (other: Control): Compared => {
      return { ...other, sums: running(other.series, other.baseline, from, span.to) };
    };
    this.#controls = (controls.controls ?? []).map(compared);
    this.#inflow = controls.inflow === undefined ? null : compared(controls.inflow);
    this.buckets = this.#main.length;
  }

  get width(): Duration {
    return this.stage.series.width;
  }

  timeOf(bucket: number): Instant {
    return bucketTime(this.stage.series, this.#main.first + bucket);
  }

  within({ startedAt, endedAt }: TimeSpan): WindowTotals {
    const [from, to] = [startedAt, endedAt].map((at) => (at - this.timeOf(0)) / this.width);
    return this.totals(Math.round(from ?? 0), Math.round(to ?? 0));
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
    const usual = excessAt(stage.baseline.entriesExcess, length) + unseen.entries;
    const traffic = this.trafficIn({ from, to, expected, excess: usual });
    return {
      startedAt: this.timeOf(from),
      endedAt: this.timeOf(to),
      entered,
      converted: between(this.#main.converted, from, to),
      expectedEntries: expected * traffic.factor,
      entriesExcess: traffic.excess,
      entriesReach: traffic.reach ?? 0,
      rate: Math.min(0.9999, Math.max(1e-6, rate)),
      rateExcess: excessAt(stage.baseline.rateExcess, length) + unseen.rate,
    };
  }

  /** How much more or less came than usual, where this stage's customers come in or everywhere. */
  private trafficIn(run: Run): KnownTraffic {
    const came = this.inflow(run);
    if (came !== null) return came;
    const { from, to, excess } = run;
    // Those of which too few are expected cannot confirm what others show.
    const told = this.#controls.map((one) => this.countsOf(one, from, to, MIN_CONTROL));
    const factors = told.map((counts) =>
      counts === null ? NO_CHANGE : siteWideFactor(counts.seen, counts.expected, counts.excess),
    );
    const strays = ({ factor }: SiteWideFactor): number => Math.abs(Math.log(factor));
    const [all = NO_CHANGE] = factors.toSorted((a, b) => strays(a) - strays(b));
    return { factor: all.factor, excess: excess + all.excess };
  }

  private inflow({ from, to, expected, excess }: Run): InflowFactor | null {
    const { inflow } = this.controls;
    if (this.#inflow === null || inflow === undefined) return null;
    const counts = this.countsOf(this.#inflow, from, to, MIN_INFLOW);
    if (counts === null || (inflow.touched && counts.seen < counts.expected)) return null;
    const within = shareWithin(inflow.delay, (to - from) * this.width);
    return inflowFactor({ ...counts, within }, { expected, excess });
  }

  private countsOf(
    other: Compared,
    from: number,
    to: number,
    least: number,
  ): Omit<Inflow, 'within'> | null {
    const { sums } = other;
    const scale = this.width / other.series.width;
    const left = Math.min(Math.floor(from * scale), sums.length);
    const right = Math.min(Math.ceil(to * scale), sums.length);
    const expected = between(sums.expected, left, right);
    if (expected < least) return null;
    const unseen = unseenExcess(other.baseline, this.timeOf(to - 1)).entries;
    const excess = excessAt(other.baseline.entriesExcess, (to - from) * this.width) + unseen;
    return { seen: between(sums.entered, left, right), expected, excess };
  }
}
