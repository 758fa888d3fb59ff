import type { JourneyBehaviour } from './journey-behaviour.js';
import { reach } from './simulated-services.js';

/** How much of a service's trouble reaches each place that needs others: arrival, then the stages. */
export interface Exposure {
  readonly arrival: number;
  readonly stages: readonly number[];
}

function exposed(needs: Readonly<Record<string, number>>, culprit: string): number {
  return Math.max(
    0,
    ...Object.entries(needs).map(([service, share]) => share * reach(service, culprit)),
  );
}

/** The exposure of a journey to a service: its strongest path through needs and calls. */
export function exposureOf(journey: JourneyBehaviour, culprit: string): Exposure {
  return {
    arrival: exposed(journey.arrival, culprit),
    stages: journey.stages.map(({ needs }) => exposed(needs, culprit)),
  };
}
