import type { Incident } from '../telemetry/incident.js';
import { MINUTE, SECOND } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import type { Fault } from './fault.js';
import type { PlannedAnomaly } from './planned-anomalies.js';
import { logNormal, randomStream } from './random-stream.js';
import type { Response } from './response.js';

/** An incident with all that is ever learned of it, and the fault that it is about. */
export interface PlannedIncident {
  readonly incident: Incident & { readonly resolvedAt: Instant };
  readonly anomalies: readonly PlannedAnomaly[];
  readonly fault: Fault | null;
  readonly mitigatedAt: Instant | null;
}

/** What was known of an incident at one time. */
export interface IncidentRevision {
  readonly incident: Incident;
  readonly receivedAt: Instant;
}

/** A fault, what it set off and how people handled it. */
export interface HandledFault {
  readonly fault: Fault;
  readonly anomalies: readonly PlannedAnomaly[];
  readonly response: Response | null;
}

type Draft = Omit<PlannedIncident, 'incident'> & { readonly incident: Omit<Incident, 'id'> };

function titleOf(anomalies: readonly PlannedAnomaly[]): string {
  const first = anomalies[0]?.anomaly;
  return first === undefined
    ? 'Customers report trouble'
    : `${first.name} on ${first.labels['service'] ?? 'unknown'}`;
}

function idsOf(anomalies: readonly PlannedAnomaly[]): string[] {
  return anomalies.map(({ anomaly }) => anomaly.id);
}

const STRANGERS = 0.12;

/** A false alarm that fires at the same time is sometimes taken for a part of the trouble. */
function strangersOf(
  seed: number,
  { fault, response }: HandledFault,
  noise: readonly PlannedAnomaly[],
): PlannedAnomaly[] {
  if (response === null) return [];
  const random = randomStream(seed, `strangers/${fault.id}`);
  const open = noise.filter(
    ({ anomaly }) =>
      anomaly.startedAt < response.acknowledgedAt && anomaly.endedAt > response.detectedAt,
  );
  return open.filter(() => random() < STRANGERS);
}

function draftOf(seed: number, handled: HandledFault, noise: readonly PlannedAnomaly[]): Draft[] {
  const { fault, response } = handled;
  if (response === null) return [];
  const { severity, detectedAt, acknowledgedAt, mitigatedAt, resolvedAt } = response;
  const anomalies = [...handled.anomalies, ...strangersOf(seed, handled, noise)];
  const incident = {
    title: titleOf(handled.anomalies),
    severity,
    anomalyIds: idsOf(anomalies),
    detectedAt,
    acknowledgedAt,
    ...(mitigatedAt === null ? {} : { mitigatedAt }),
    resolvedAt,
  };
  return [{ incident, anomalies, fault, mitigatedAt }];
}

const LOUD = 0.15;

/** A loud false alarm gets people out of bed now and then, for nothing. */
function falseIncident(seed: number, planned: PlannedAnomaly): Draft[] {
  const { anomaly } = planned;
  const random = randomStream(seed, `false-incident/${anomaly.id}`);
  const wakes = random() < LOUD;
  const detectedAt = planned.receivedAt + Math.round(logNormal(random, 90 * SECOND, 0.4));
  const acknowledgedAt = detectedAt + Math.round(logNormal(random, 6 * MINUTE, 0.5));
  const closing = Math.round(logNormal(random, 15 * MINUTE, 0.5));
  if (!wakes || anomaly.severity !== 'critical') return [];
  const resolvedAt = Math.max(acknowledgedAt, anomaly.endedAt) + closing;
  const incident = {
    title: titleOf([planned]),
    severity: anomaly.severity,
    anomalyIds: [anomaly.id],
    detectedAt,
    acknowledgedAt,
    resolvedAt,
  };
  return [{ incident, anomalies: [planned], fault: null, mitigatedAt: null }];
}

/** The incidents of a world by detection, numbered as people number them. */
export function planIncidents(
  seed: number,
  handled: readonly HandledFault[],
  noise: readonly PlannedAnomaly[],
): PlannedIncident[] {
  const drafts = [
    ...handled.flatMap((each) => draftOf(seed, each, noise)),
    ...noise.flatMap((each) => falseIncident(seed, each)),
  ].sort((a, b) => a.incident.detectedAt - b.incident.detectedAt);
  return drafts.map(({ incident, ...rest }, index) => {
    const { resolvedAt = incident.detectedAt } = incident;
    const id = `INC-${String(index + 1).padStart(4, '0')}`;
    return { ...rest, incident: { id, ...incident, resolvedAt } };
  });
}

const CLERK = 20 * SECOND;

function knownAt({ incident, anomalies }: PlannedIncident, at: Instant): Incident {
  const { acknowledgedAt, mitigatedAt, resolvedAt, ...rest } = incident;
  const told = <K extends string>(
    name: K,
    time: Instant | undefined,
  ): Partial<Record<K, Instant>> =>
    time !== undefined && time <= at ? ({ [name]: time } as Partial<Record<K, Instant>>) : {};
  return {
    ...rest,
    anomalyIds: idsOf(anomalies.filter(({ receivedAt }) => receivedAt <= at)),
    ...told('acknowledgedAt', acknowledgedAt),
    ...told('mitigatedAt', mitigatedAt),
    ...told('resolvedAt', resolvedAt),
  };
}

/** An incident as it was known when detected, acknowledged, mitigated and resolved. */
export function revisionsOf(planned: PlannedIncident): IncidentRevision[] {
  const { detectedAt, acknowledgedAt, mitigatedAt, resolvedAt } = planned.incident;
  const times = [detectedAt, acknowledgedAt, mitigatedAt, resolvedAt];
  return times
    .filter((at) => at !== undefined)
    .map((at) => ({ incident: knownAt(planned, at + CLERK), receivedAt: at + CLERK }));
}
