import { HOUR } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import type { JourneyBehaviour } from './journey-behaviour.js';
import type { PlannedChange } from './planned-changes.js';
import { opaqueId } from './random-stream.js';
import { serviceNamed } from './simulated-services.js';
import type { WorldOptions } from './world-options.js';

/** The service whose alerts come to mean something else: what was an ornament is now in the way. */
export const DRIFTED_SERVICE = 'recommendations';

const DRIFTED = { journey: 'checkout', stage: 'browse', share: 0.9 } as const;

/** When the drift begins: in the morning of its day; null where there is none. */
export function driftBegins({ start, driftAt }: WorldOptions): Instant | null {
  return driftAt === undefined ? null : start + driftAt + 9 * HOUR;
}

/** The journey as it is after the drift: product pages wait for the drifted service. */
export function afterDrift(journey: JourneyBehaviour): JourneyBehaviour {
  if (journey.key !== DRIFTED.journey) return journey;
  const stages = journey.stages.map((stage) =>
    stage.key === DRIFTED.stage
      ? { ...stage, needs: { ...stage.needs, [DRIFTED_SERVICE]: DRIFTED.share } }
      : stage,
  );
  return { ...journey, stages };
}

/** The release that brings the drift, as everybody can know of it. */
export function driftRelease(options: WorldOptions): PlannedChange[] {
  const occurredAt = driftBegins(options);
  if (occurredAt === null) return [];
  const { team } = serviceNamed(DRIFTED_SERVICE);
  return [
    {
      change: {
        id: `chg-${opaqueId(options.seed, 'drift')}`,
        kind: 'release',
        title: 'Product pages show recommendations first',
        labels: { service: DRIFTED_SERVICE, team },
        occurredAt,
      },
      receivedAt: occurredAt + 20_000,
    },
  ];
}
