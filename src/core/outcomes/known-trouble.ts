import type { Journey, Stage } from '../journeys/journey.js';
import { parseMatcher } from '../journeys/matcher.js';
import type { Change } from '../telemetry/change.js';
import type { Incident } from '../telemetry/incident.js';
import { DAY, MINUTE, type Duration } from '../telemetry/time.js';
import { LONGEST_FAILURE } from './failure-pieces.js';
import { LONGEST_LEAD } from './failure-starts.js';
import type { TimeSpan } from './stage-series.js';

/** How long a change takes to reach everyone, and to show that it does harm. */
const RAMP: Duration = 30 * MINUTE;
/** What a change makes of a stage for longer than this is what the stage is like now. */
const LONGEST_CHANGE: Duration = DAY;

/** Kinds that move demand, and with it every stage of a journey. */
const MOVES_DEMAND: ReadonlySet<Change['kind']> = new Set(['pricing', 'experiment']);

/** Whether a mapping of the stage speaks of a label that the change carries, and none is against it. */
function touches({ mappings = [] }: Stage, { labels }: Change): boolean {
  return mappings.some(({ match }) => {
    const told = match
      .map((text) => parseMatcher(text))
      .filter(({ name }) => Object.hasOwn(labels, name));
    return told.length > 0 && told.every(({ name, matches }) => matches(labels[name] ?? ''));
  });
}

/** While known changes were being rolled out to a stage, or moved its demand: not what is usual. */
export function changeSpans(
  journey: Journey,
  stageIndex: number,
  changes: readonly Change[],
): TimeSpan[] {
  return changes.flatMap((change) => {
    const { kind, occurredAt, endedAt = occurredAt } = change;
    const all = MOVES_DEMAND.has(kind);
    const stages = journey.stages.filter((_, index) => all || index === stageIndex);
    if (!stages.some((stage) => touches(stage, change))) return [];
    const lasts = Math.min(Math.max(0, endedAt - occurredAt), LONGEST_CHANGE);
    return [{ startedAt: occurredAt, endedAt: occurredAt + lasts + RAMP }];
  });
}

/** While known incidents lasted: from before they were noticed until they were dealt with. */
export function incidentSpans(
  incidents: readonly Pick<Incident, 'detectedAt' | 'mitigatedAt' | 'resolvedAt'>[],
): TimeSpan[] {
  return incidents.map(({ detectedAt, mitigatedAt, resolvedAt }) => ({
    startedAt: detectedAt - LONGEST_LEAD,
    endedAt: Math.min(mitigatedAt ?? resolvedAt ?? Infinity, detectedAt + LONGEST_FAILURE),
  }));
}
