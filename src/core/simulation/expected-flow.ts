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

const EMPTY = new Float64Array(0);

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

/** Expected customers of a journey in health. */
export interface HealthyFlow {
  readonly journey: number;
  readonly stretch: Stretch;
  /** Entries of one segment by stage and cell; arrivals are the entries of the first stage. */
  readonly segments: readonly {
    readonly segment: (typeof SEGMENTS)[number];
    readonly entries: readonly Float64Array[];
  }[];
}

function middleOf({ from }: Stretch, cell: number): Instant {
  return from + (cell + 0.5) * CELL;
}

/** The flow of customers through a journey while nothing is wrong. */
export function healthyFlow(journey: number, stretch: Stretch, traffic: Traffic): HealthyFlow {
  const total = Float64Array.from({ length: stretch.cells }, (_, cell) => {
    const at = middleOf(stretch, cell);
    return (traffic.usual(journey, at) + traffic.surge(journey, at)) * CELL;
  });
  const stages = JOURNEYS[journey]?.stages ?? [];
  const segments = SEGMENTS.map((segment) => {
    const entries: Float64Array[] = [total.map((count) => count * segment.share)];
    for (const [index, stage] of stages.slice(0, -1).entries()) {
      const rate = passRate(stage, segment.readiness);
      const conversions = (entries[index] ?? EMPTY).map((count) => count * rate);
      entries.push(moved(conversions, DELAYS[journey]?.[index] ?? EMPTY));
    }
    return { segment, entries };
  });
  return { journey, stretch, segments };
}

/**
 * What a harm takes from each stage in expectation. Only the gap is followed from stage to stage:
 * those who did not come, and those who came in vain. The last stage has no conversions.
 */
export function lostFlow({ journey, stretch, segments }: HealthyFlow, harm: Harm): StageFlow[] {
  const stages = JOURNEYS[journey]?.stages ?? [];
  const empty = (): Float64Array => new Float64Array(stretch.cells);
  const flows = stages.map(() => ({ expected: empty(), lost: empty() }));
  for (const { segment, entries } of segments) {
    const taken = (stage: number, cell: number): number =>
      harm(middleOf(stretch, cell), { journey, stage, segment: segment.name });
    let missing: Float64Array = (entries[0] ?? EMPTY).map(
      (count, cell) => count * taken(ARRIVAL, cell),
    );
    for (const [index, { expected, lost }] of flows.entries()) {
      const stage = stages[index];
      const usual = entries[index];
      if (stage === undefined || usual === undefined) continue;
      const rate = passRate(stage, segment.readiness);
      const gap = missing.map((gone, cell) => {
        const came = (usual[cell] ?? 0) - gone;
        return rate * (gone + came * taken(index, cell));
      });
      usual.forEach((count, cell) => {
        expected[cell] = (expected[cell] ?? 0) + count * rate;
        lost[cell] = (lost[cell] ?? 0) + (gap[cell] ?? 0);
      });
      missing = moved(gap, DELAYS[journey]?.[index] ?? EMPTY);
    }
  }
  return flows;
}
