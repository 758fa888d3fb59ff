import type { Journey, Stage } from '../journeys/journey.js';
import type { Duration } from '../telemetry/time.js';
import { HOUR } from '../telemetry/time.js';
import { SEGMENTS } from './journey-behaviour.js';
import type { StageBehaviour } from './journey-behaviour.js';
import { JOURNEYS } from './simulated-journeys.js';

/** The smallest loss that counts as a failure; it shrinks and grows with the traffic. */
export function minLossAt(behaviour: StageBehaviour, scale: number): number {
  return Math.max(1, Math.round(behaviour.minLoss * scale));
}

/** How long the way through these stages usually takes. */
const usualTime = (stages: readonly StageBehaviour[]): Duration =>
  stages.reduce((sum, { median }) => sum + median, 0);

function definedStage(
  behaviour: StageBehaviour,
  stages: readonly StageBehaviour[],
  scale: number,
): Stage {
  const { key, event, weight, failureModes } = behaviour;
  const before = stages.slice(0, stages.indexOf(behaviour));
  const last = behaviour === stages.at(-1);
  return {
    key,
    event,
    weight,
    ...(last ? {} : { window: behaviour.window }),
    horizon: HOUR,
    ...(before.length === 0 ? {} : { timeToValueTarget: 2 * usualTime(before) }),
    failureModes,
    failure: {
      minRelativeDrop: behaviour.minRelativeDrop,
      minLoss: minLossAt(behaviour, scale),
    },
    mappings: Object.entries(behaviour.mapped).map(([service, relevance]) => ({
      match: [`service="${service}"`],
      relevance,
    })),
  };
}

/** The journeys as their owners define them. */
export function definedJourneys(scale: number): Journey[] {
  return JOURNEYS.map(({ key, name, owner, window, valuePerConversion, assumptions, stages }) => ({
    key,
    name,
    owner,
    window,
    valuePerConversion,
    currency: 'EUR',
    order: 'ordered',
    assumptions,
    segments: SEGMENTS.map((segment) => segment.name),
    stages: stages.map((each) => definedStage(each, stages, scale)),
  }));
}
