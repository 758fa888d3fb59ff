import type { Retrospective, ThresholdVerdict } from '../outcomes/retrospective.js';
import { DAY, HOUR, MINUTE } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import type { StageEffect } from './fault-effects.js';
import type { FaultKind } from './fault.js';
import { WRONG, authorOf, conclude, mainLink } from './human-outcomes.js';
import type { Said } from './human-outcomes.js';
import type { PlannedAnomaly } from './planned-anomalies.js';
import type { PlannedIncident } from './planned-incidents.js';
import type { Random } from './random-stream.js';
import { pick, randomStream } from './random-stream.js';
import { serviceNamed } from './simulated-services.js';
import type { StageLink } from './stage-truth.js';

/** An outcome as a retrospective tells it: its id and author are the retrospective's. */
export type ToldOutcome = Said & {
  readonly anomalyId?: string;
  readonly mitigation?: string;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
};

/** A retrospective as it is sent, and when. */
export interface PlannedRetrospective {
  readonly retrospective: Omit<Retrospective, 'outcomes' | 'missed'> & {
    readonly outcomes: readonly ToldOutcome[];
    readonly missed: readonly ToldOutcome[];
  };
  readonly receivedAt: Instant;
}

const FACTORS: Readonly<Record<FaultKind, readonly string[]>> = {
  latency: ['slow dependency', 'no time-out on the call'],
  errors: ['unhandled answer of a dependency', 'retry storm'],
  outage: ['single point of failure', 'failover did not start'],
  'bad-release': ['release without canary', 'missing test'],
  saturation: ['capacity planned without the evening peak', 'no autoscaling'],
  segment: ['change tested on one segment alone'],
  leak: ['memory leak', 'no limit on growth'],
};

const MITIGATIONS: Readonly<Record<FaultKind, string>> = {
  latency: 'shed load',
  errors: 'restarted',
  outage: 'failed over',
  'bad-release': 'rolled back',
  saturation: 'scaled out',
  segment: 'turned the flag off',
  leak: 'restarted',
};

/** What a retrospective is about. */
export interface Review {
  readonly planned: PlannedIncident;
  readonly links: readonly StageLink[];
  readonly effects: readonly StageEffect[];
}

function outcomesTold(random: Random, { planned, links }: Review): ToldOutcome[] {
  const kind = planned.fault?.kind;
  const fixed =
    planned.mitigatedAt === null || kind === undefined ? {} : { mitigation: MITIGATIONS[kind] };
  return planned.anomalies.flatMap(({ anomaly }) => {
    const link = mainLink(links.filter((each) => each.planned.anomaly.id === anomaly.id));
    const right = random() >= WRONG;
    if (link === undefined) return [];
    return [{ anomalyId: anomaly.id, ...conclude(random, link, right), ...fixed }];
  });
}

/** Failures of the fault on stages to which none of the incident's anomalies is mapped. */
function missedTold({ links, effects }: Review): ToldOutcome[] {
  const mapped = new Set(
    links.filter((link) => link.mapped).map(({ truth }) => `${truth.journey}/${truth.stage}`),
  );
  return effects
    .filter(({ failure, journey, stage }) => failure && !mapped.has(`${journey}/${stage}`))
    .map(({ journey, stage, conversionsLost, startedAt, endedAt }) => ({
      journey,
      stage,
      failure: true,
      verdict: 'missed',
      conversionsLost: Math.round(conversionsLost),
      startedAt,
      endedAt,
    }));
}

const TOO_LATE = 12 * MINUTE;

function verdictOn(random: Random, review: Review, { anomaly }: PlannedAnomaly): ThresholdVerdict {
  const { fault } = review.planned;
  const harmful = review.effects.some(({ failure }) => failure);
  const late = fault !== null && anomaly.startedAt - fault.startedAt > TOO_LATE;
  const judged = late ? 'too-late' : 'right';
  const wrong = random() < WRONG;
  return { rule: anomaly.name, verdict: harmful !== wrong ? judged : 'too-sensitive' };
}

function thresholdVerdicts(random: Random, review: Review): ThresholdVerdict[] {
  const verdicts = review.planned.anomalies.map((each) => verdictOn(random, review, each));
  return [...new Map(verdicts.map((each) => [each.rule, each])).values()];
}

/** Major incidents are reviewed, and a share of the others. */
function reviewed(random: Random, { planned, effects }: Review): boolean {
  const worst = Math.max(0, ...effects.filter((e) => e.failure).map((e) => e.conversionsLost));
  const chance = random();
  if (worst >= 15) return chance < 0.9;
  return chance < (planned.incident.severity === 'critical' ? 0.3 : 0.1);
}

function held(seed: number, review: Review): PlannedRetrospective[] {
  const { incident, fault } = review.planned;
  const random = randomStream(seed, `retrospective/${fault?.id ?? incident.anomalyIds.join()}`);
  if (!reviewed(random, review)) return [];
  const heldAt = incident.resolvedAt + Math.round((1 + 6 * random()) * DAY);
  const service = fault?.service;
  const owner = service === undefined ? 'team-platform' : `team-${serviceNamed(service).team}`;
  const factors = fault === null ? ['threshold too near to normal'] : FACTORS[fault.kind];
  const retrospective = {
    id: `RET-${incident.id.slice(4)}`,
    incidentId: incident.id,
    author: authorOf(random),
    heldAt,
    outcomes: outcomesTold(random, review),
    missed: missedTold(review),
    factors: [pick(random, factors)],
    thresholdVerdicts: thresholdVerdicts(random, review),
    runbookVerdict: pick(random, ['helped', 'out of date', 'none existed']),
    actions: [{ title: `Work on: ${pick(random, factors)}`, owner }],
  };
  return [{ retrospective, receivedAt: heldAt + Math.round((1 + random()) * HOUR) }];
}

/** The retrospectives of a world, one to seven days after the incident, partly wrong. */
export function planRetrospectives(
  seed: number,
  reviews: readonly Review[],
): PlannedRetrospective[] {
  return reviews.flatMap((review) => held(seed, review));
}
