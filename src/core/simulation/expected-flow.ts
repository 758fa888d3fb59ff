import { normalCdf } from '../statistics/special-functions.js';
import { MINUTE } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import type { Harm } from './harm-index.js';
import { ARRIVAL } from './harm-index.js';
import { SEGMENTS } from './journey-behaviour.js';
import type { StageBehaviour } from './journey-behaviour.js';
import { JOURNEYS } from './simulated-journeys.js';
import type { Traffic } from './traffic.js';

/** Width of the cells in which the flow of customers is followed. */
export const CELL: Duration = 2 * MINUTE;

/** Expected conversions of one stage by cell of stage entry, and those that a fault takes. */
export interface StageFlow {
  readonly expected: Float64Array;
  readonly lost: Float64Array;
}

/** Probability of going on from a stage in health; never certain. */
export function passRate(stage: StageBehaviour, readiness: number): number {
  return Math.min(0.98, stage.rate * readiness);
}

/** Share of the converters by cells of delay: log-normal, cut at the stage's window. */
function delayShares({ median, sigma, window }: StageBehaviour): Float64Array {
  const cells = Math.ceil(window / CELL);
  const below = (time: Duration): number =>
    time <= 0 ? 0 : normalCdf(Math.log(time / median) / sigma);
  const total = below(window);
  return Float64Array.from({ length: cells }, (_, i) => {
    // Customers come at any moment of their cell, so the delay counts from its middle.
    const middle = (i - 0.5) * CELL;
    return (below(Math.min(window, middle + CELL)) - below(middle)) / total;
  });
}

const DELAYS = JOURNEYS.map(({ stages }) => stages.map(delayShares));

function moved(entries: Float64Array, shares: Float64Array): Float64Array {
  const arriving = new Float64Array(entries.length);
  for (let from = 0; from < entries.length; from += 1) {
    const leaving = entries[from] ?? 0;
    const reach = Math.min(shares.length, entries.length - from);
    for (let delay = 0; leaving > 0 && delay < reach; delay += 1) {
      const to = from + delay;
      arriving[to] = (arriving[to] ?? 0) + leaving * (shares[delay] ?? 0);
    }
  }
  return arriving;
}

/** A stretch of time in cells. */
export interface Stretch {
  readonly from: Instant;
  readonly cells: number;
}

interface SegmentFlow {
  readonly journey: number;
  readonly segment: (typeof SEGMENTS)[number];
  readonly arrivals: Float64Array;
  readonly stretch: Stretch;
}

/** Conversions by stage and cell for one segment under a harm. */
function conversionsOf(flow: SegmentFlow, harm: Harm): Float64Array[] {
  const { journey, segment, stretch } = flow;
  const left = (stage: number, cell: number): number => {
    const at = stretch.from + (cell + 0.5) * CELL;
    return 1 - harm(at, { journey, stage, segment: segment.name });
  };
  let entries: Float64Array = flow.arrivals.map((count, cell) => count * left(ARRIVAL, cell));
  const stages = JOURNEYS[journey]?.stages ?? [];
  return stages.map((stage, index) => {
    const rate = passRate(stage, segment.readiness);
    const conversions = entries.map((count, cell) => count * rate * left(index, cell));
    entries = moved(conversions, DELAYS[journey]?.[index] ?? new Float64Array(0));
    return conversions;
  });
}

const NO_HARM: Harm = () => 0;

/** What a harm takes from each stage of a journey in expectation; the last stage has no conversions. */
export function expectedFlow(
  journey: number,
  stretch: Stretch,
  traffic: Traffic,
  harm: Harm,
): StageFlow[] {
  const total = Float64Array.from({ length: stretch.cells }, (_, cell) => {
    const at = stretch.from + (cell + 0.5) * CELL;
    return (traffic.usual(journey, at) + traffic.surge(journey, at)) * CELL;
  });
  const empty = (): Float64Array => new Float64Array(stretch.cells);
  const flows = (JOURNEYS[journey]?.stages ?? []).map(() => ({ expected: empty(), lost: empty() }));
  for (const segment of SEGMENTS) {
    const arrivals = total.map((count) => count * segment.share);
    const flow = { journey, segment, arrivals, stretch };
    const healthy = conversionsOf(flow, NO_HARM);
    const hurt = conversionsOf(flow, harm);
    flows.forEach(({ expected, lost }, stage) => {
      for (let cell = 0; cell < stretch.cells; cell += 1) {
        const usual = healthy[stage]?.[cell] ?? 0;
        expected[cell] = (expected[cell] ?? 0) + usual;
        lost[cell] = (lost[cell] ?? 0) + usual - (hurt[stage]?.[cell] ?? 0);
      }
    });
  }
  return flows;
}
