import type { DataSource } from 'typeorm';

import type { FunnelStep } from '../core/journeys/funnel.js';
import { FunnelCount } from '../core/journeys/funnel.js';
import type { Duration } from '../core/telemetry/time.js';
import type { EventCopies } from '../storage/event-copies.js';
import type { ActorRange } from './actor-groups.js';
import { actorGroups } from './actor-groups.js';

/** What is asked of the stored events. */
export interface AdHocFunnel extends ActorRange {
  readonly window: Duration;
}

/** A step of a journey's funnel: a stage, and the event that enters it. */
export interface StageStep extends FunnelStep {
  readonly stage: string;
}

/** How many actors got how far through a journey's stages in a stretch of time. */
export async function adHocFunnel(
  source: DataSource,
  copies: EventCopies,
  asked: AdHocFunnel,
): Promise<StageStep[]> {
  const { order, window } = asked;
  const { stages } = asked.journey;
  const count = new FunnelCount({ steps: stages.map(({ event }) => event), order, window });
  for await (const actors of actorGroups(source, copies, asked)) count.add(actors);
  return count.steps().map((step, index) => ({ stage: stages[index]?.key ?? '', ...step }));
}
