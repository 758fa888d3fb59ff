import type { JourneyEvent } from '../journeys/journey-event.js';
import type { Journey } from '../journeys/journey.js';
import { formatDuration } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { revisionsOf } from './planned-incidents.js';
import type { SimulatedWorld } from './simulated-world.js';
import { silentFrom } from './world-options.js';

/** A record as the wire has it. */
export type WireBody = Readonly<Record<string, unknown>>;

/** Writes every time (a name that ends in At) as RFC 3339 in UTC, however deep. */
function written(value: unknown, name = ''): unknown {
  if (typeof value === 'number' && name.endsWith('At')) return new Date(value).toISOString();
  if (Array.isArray(value)) return value.map((each: unknown) => written(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [key, written(each, key)]),
  );
}

function bodyOf(record: object): WireBody {
  return written(record) as WireBody;
}

/** Bodies as they became known: by time of receipt, none that was received too late to be told. */
function arrived(
  { options }: SimulatedWorld,
  records: readonly { readonly receivedAt: Instant }[],
): WireBody[] {
  const end = silentFrom(options);
  return records
    .filter(({ receivedAt }) => receivedAt < end)
    .toSorted((a, b) => a.receivedAt - b.receivedAt)
    .map(bodyOf);
}

function journeyBody(journey: Journey): object {
  const duration = (length: Duration | undefined): string | undefined =>
    length === undefined ? undefined : formatDuration(length);
  return {
    ...journey,
    window: formatDuration(journey.window),
    stages: journey.stages.map((stage) => ({
      ...stage,
      window: duration(stage.window),
      horizon: duration(stage.horizon),
      timeToValueTarget: duration(stage.timeToValueTarget),
    })),
  };
}

/** The journey bodies, known from the start of the world. */
export function journeyBodies({ journeys, options }: SimulatedWorld): WireBody[] {
  return journeys.map((each) => bodyOf({ ...journeyBody(each), receivedAt: options.start }));
}

/** The small files of a world by name; a record that is revised has a line for each revision. */
export function worldBodies(world: SimulatedWorld): Readonly<Record<string, readonly WireBody[]>> {
  const anomalies = world.anomalies.flatMap(({ anomaly, receivedAt, closedAt }) => {
    const { endedAt: _endedAt, peakValue: _peakValue, ...first } = anomaly;
    return [
      { ...first, receivedAt },
      { ...anomaly, receivedAt: Math.max(closedAt, receivedAt + 1) },
    ];
  });
  const changes = world.changes.flatMap(({ change, receivedAt }) => {
    const { endedAt, ...first } = change;
    const line = { ...first, receivedAt };
    return endedAt === undefined ? [line] : [line, { ...change, receivedAt: endedAt + 5000 }];
  });
  const incidents = world.incidents
    .flatMap(revisionsOf)
    .map(({ incident, receivedAt }) => ({ ...incident, receivedAt }));
  const outcomes = world.outcomes.map(({ outcome, receivedAt }) => ({ ...outcome, receivedAt }));
  const retrospectives = world.retrospectives.map(({ retrospective, receivedAt }) => ({
    ...retrospective,
    receivedAt,
  }));
  return {
    anomalies: arrived(world, anomalies),
    changes: arrived(world, changes),
    incidents: arrived(world, incidents),
    outcomes: arrived(world, outcomes),
    retrospectives: arrived(world, retrospectives),
    truth: truthBodies(world),
  };
}

/** The truth about what the files tell; what only came to light later is left out. */
function truthBodies({ truth, anomalies, options }: SimulatedWorld): WireBody[] {
  const end = silentFrom(options);
  const known = new Set(
    anomalies.filter(({ receivedAt }) => receivedAt < end).map(({ anomaly }) => anomaly.id),
  );
  return truth
    .filter(({ anomalyId, startedAt }) =>
      anomalyId === undefined ? startedAt < end : known.has(anomalyId),
    )
    .map(bodyOf);
}

/** An event as its line; its times are named since there are hundreds of thousands of lines. */
export function eventLine(event: JourneyEvent): string {
  const { occurredAt, sentAt, receivedAt, ...rest } = event;
  return JSON.stringify({
    ...rest,
    occurredAt: new Date(occurredAt).toISOString(),
    ...(sentAt === undefined ? {} : { sentAt: new Date(sentAt).toISOString() }),
    receivedAt: new Date(receivedAt).toISOString(),
  });
}
