import { HOUR } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import type { Fault } from './fault.js';
import { harmOf } from './fault.js';
import { afterDrift } from './drift-of-meaning.js';
import type { Exposure } from './exposure.js';
import { exposureOf } from './exposure.js';
import type { JourneyBehaviour } from './journey-behaviour.js';
import { JOURNEYS } from './simulated-journeys.js';
import { SERVICES } from './simulated-services.js';
import type { Traffic } from './traffic.js';

/** The place of arrival, before the first stage. */
export const ARRIVAL = -1;

/** Where a customer is: stage by index, or ARRIVAL. */
export interface Whereabouts {
  readonly journey: number;
  readonly stage: number;
  readonly segment: string;
}

type Exposures = ReadonlyMap<string, readonly Exposure[]>;

function exposuresOf(journeys: readonly JourneyBehaviour[]): Exposures {
  return new Map(
    SERVICES.map(({ name }) => [name, journeys.map((journey) => exposureOf(journey, name))]),
  );
}

const BEFORE = exposuresOf(JOURNEYS);
const AFTER = exposuresOf(JOURNEYS.map(afterDrift));

/** How much of a fault reaches a place, 0..1. */
export function exposureAt(
  { service, drifted }: Pick<Fault, 'service' | 'drifted'>,
  journey: number,
  stage: number,
): number {
  const exposure = (drifted ? AFTER : BEFORE).get(service)?.[journey];
  return (stage === ARRIVAL ? exposure?.arrival : exposure?.stages[stage]) ?? 0;
}

/** The harm of all given faults together at a place and moment, 0..1. */
export type Harm = (at: Instant, where: Whereabouts) => number;

/** Harms multiply: each takes its share of those that the others left. Faults are found by hour. */
export function harmIndex(faults: readonly Fault[], traffic: Pick<Traffic, 'load'>): Harm {
  const byHour = new Map<number, Fault[]>();
  for (const fault of faults) {
    for (let hour = Math.floor(fault.startedAt / HOUR); hour * HOUR < fault.endedAt; hour += 1) {
      const known = byHour.get(hour);
      if (known === undefined) byHour.set(hour, [fault]);
      else known.push(fault);
    }
  }
  return (at, { journey, stage, segment }) => {
    const near = byHour.get(Math.floor(at / HOUR));
    if (near === undefined) return 0;
    let left = 1;
    for (const fault of near) {
      if (at < fault.startedAt || at >= fault.endedAt) continue;
      const exposure = exposureAt(fault, journey, stage);
      if (exposure === 0) continue;
      left *= 1 - harmOf(fault, { exposure, segment, at, load: traffic.load(at) });
    }
    return 1 - left;
  };
}
