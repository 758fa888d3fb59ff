import { DomainError } from '../errors/domain-error.js';
import type { Journey } from '../journeys/journey.js';
import type { JourneyEvent } from '../journeys/journey-event.js';
import { DAY } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import { definedJourneys } from './defined-journeys.js';
import { detect } from './detections.js';
import { driftRelease } from './drift-of-meaning.js';
import { eventStream } from './event-stream.js';
import { falseAlarms } from './false-alarms.js';
import type { StageEffect } from './fault-effects.js';
import { effectsOf } from './fault-effects.js';
import type { Fault } from './fault.js';
import type { Harm } from './harm-index.js';
import { harmIndex } from './harm-index.js';
import type { PlannedOutcome } from './human-outcomes.js';
import { humanOutcomes, missedOutcomes } from './human-outcomes.js';
import type { PlannedAnomaly } from './planned-anomalies.js';
import { anomaliesOfFalseAlarm, anomaliesOfFault } from './planned-anomalies.js';
import type { PlannedChange } from './planned-changes.js';
import { announced, planChanges, planSales } from './planned-changes.js';
import { planFaults } from './planned-faults.js';
import type { HandledFault, PlannedIncident } from './planned-incidents.js';
import { planIncidents } from './planned-incidents.js';
import type { PlannedRetrospective } from './planned-retrospectives.js';
import { planRetrospectives } from './planned-retrospectives.js';
import { respond } from './response.js';
import type { StageLink, TruthLine } from './stage-truth.js';
import { byAnomaly, missedTruth, stageLinks } from './stage-truth.js';
import type { FlashSale, Traffic } from './traffic.js';
import { trafficOf } from './traffic.js';
import type { WorldOptions } from './world-options.js';
import { endOf } from './world-options.js';

/** Everything of a world but its events, which are streamed. */
export interface SimulatedWorld {
  readonly options: WorldOptions;
  readonly journeys: readonly Journey[];
  readonly sales: readonly FlashSale[];
  readonly traffic: Traffic;
  readonly faults: readonly Fault[];
  readonly harm: Harm;
  /** What each fault does, by its id. */
  readonly effects: ReadonlyMap<string, readonly StageEffect[]>;
  readonly anomalies: readonly PlannedAnomaly[];
  readonly changes: readonly PlannedChange[];
  readonly incidents: readonly PlannedIncident[];
  readonly outcomes: readonly PlannedOutcome[];
  readonly retrospectives: readonly PlannedRetrospective[];
  /** By start. */
  readonly truth: readonly TruthLine[];
}

/** The fault as it went: its alerts, what people did, and its end. */
function handle(seed: number, fault: Fault): HandledFault {
  const onsets = detect(seed, fault);
  const response = respond(seed, fault, onsets);
  const endedAt = response?.mitigatedAt ?? fault.naturalEnd;
  const ended = { ...fault, endedAt };
  return { fault: ended, anomalies: anomaliesOfFault(seed, ended, onsets), response };
}

function byStart(a: { startedAt: Instant }, b: { startedAt: Instant }): number {
  return a.startedAt - b.startedAt;
}

interface Told {
  readonly incidents: readonly PlannedIncident[];
  readonly links: readonly StageLink[];
  readonly effects: ReadonlyMap<string, readonly StageEffect[]>;
}

function retrospectivesOf(seed: number, told: Told): PlannedRetrospective[] {
  const { incidents, links, effects } = told;
  const linksOf = byAnomaly(links);
  const reviews = incidents.map((planned) => ({
    planned,
    links: planned.anomalies.flatMap(({ anomaly }) => linksOf.get(anomaly.id) ?? []),
    effects: planned.fault === null ? [] : (effects.get(planned.fault.id) ?? []),
  }));
  return planRetrospectives(seed, reviews);
}

/**
 * Plans a world: what goes wrong, what fires, what people do and say about it, and the truth.
 *
 * @throws DomainError `bad-start` where the start is not the beginning of a UTC day
 */
export function planWorld(options: WorldOptions): SimulatedWorld {
  const { seed, scale, start } = options;
  if (start % DAY !== 0) throw new DomainError('bad-start', 'a world starts with a UTC day');
  const sales = planSales(options);
  const traffic = trafficOf(options, sales);
  const releases = planChanges(options);
  const handled = planFaults(options, releases).map((fault) => handle(seed, fault));
  const faults = handled.map(({ fault }) => fault);
  const noise = falseAlarms(options, sales, releases)
    .filter(({ onset }) => onset.startedAt < endOf(options))
    .flatMap((alarm) => anomaliesOfFalseAlarm(seed, alarm));
  const anomalies = [...handled.flatMap((each) => each.anomalies), ...noise];
  const effects = new Map(faults.map((fault) => [fault.id, effectsOf(fault, traffic, scale)]));
  const journeys = definedJourneys(scale);
  const links = stageLinks(anomalies, journeys, effects);
  const missed = missedTruth(faults, anomalies, effects);
  const incidents = planIncidents(seed, handled, noise);
  const handledIds = new Set(incidents.flatMap(({ incident }) => incident.anomalyIds));
  return {
    options,
    journeys,
    sales,
    traffic,
    faults,
    harm: harmIndex(faults, traffic),
    effects,
    anomalies,
    changes: [...releases, ...driftRelease(options), ...sales.map(announced)],
    incidents,
    outcomes: [...humanOutcomes(seed, links, handledIds), ...missedOutcomes(seed, missed)],
    retrospectives: retrospectivesOf(seed, { incidents, links, effects }),
    truth: [...links.map(({ truth }) => truth), ...missed].sort(byStart),
  };
}

/** The journey events of a world, as they were received. */
export function eventsOf({ options, traffic, harm }: SimulatedWorld): Generator<JourneyEvent> {
  return eventStream(options, traffic, harm);
}
