import type { JourneyEvent } from '../journeys/journey-event.js';
import { seededRandom } from '../statistics/random.js';
import { MINUTE } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { passRate } from './expected-flow.js';
import type { Harm } from './harm-index.js';
import { ARRIVAL } from './harm-index.js';
import { SEGMENTS } from './journey-behaviour.js';
import type { StageBehaviour } from './journey-behaviour.js';
import type { Random } from './random-stream.js';
import { logNormal, mix32, weighted } from './random-stream.js';
import { JOURNEYS } from './simulated-journeys.js';

/** One customer who sets out: the same attempt draws the same numbers whatever else happens. */
export interface Setting {
  readonly journey: number;
  /** Counts the attempts of a journey; with the key it makes the attempt's own stream. */
  readonly serial: number;
  readonly key: number;
  /** Starts every event id. */
  readonly prefix: string;
  readonly at: Instant;
}

const RETURNING = 0.14;
const OTHER_EVENTS = 0.05;
const RELOADS = 0.03;
const ANSWERS = 0.1;

/** What the shop sends besides: no stage waits for it. */
const OTHER = 'help_opened';

type Segment = (typeof SEGMENTS)[number];

const SHARES = SEGMENTS.map((each) => [each, each.share] as const);

interface Walk {
  readonly setting: Setting;
  readonly random: Random;
  readonly segment: Segment;
  readonly actor: string;
  readonly harm: Harm;
  /** The worst harm met so far, 0..1. */
  felt: number;
}

/** A number for the actor: some come back after a day or more, most are new. */
function actorOf(random: Random, { serial, prefix, journey }: Setting): string {
  const perDay = JOURNEYS[journey]?.attemptsPerDay ?? 1;
  const comesBack = random() < RETURNING;
  const ago = Math.floor((1.5 + 6 * random()) * perDay);
  const number = comesBack && serial > ago ? serial - ago : serial;
  // Mixed one to one: no two numbers share a name.
  return `${prefix}-${mix32(number).toString(36)}`;
}

/** Time to the next stage, within the window. */
function delayOf(random: Random, { median, sigma, window }: StageBehaviour): Duration {
  for (;;) {
    const delay = logNormal(random, median, sigma);
    if (delay < window) return Math.max(1000, Math.round(delay));
  }
}

function eventOf(walk: Walk, name: string, at: Instant, suffix: string): JourneyEvent {
  const { setting, segment, actor } = walk;
  return {
    id: `${setting.prefix}-${setting.serial.toString(36)}-${suffix}`,
    source: segment.source,
    actor,
    event: name,
    occurredAt: at,
    receivedAt: at,
    segment: segment.name,
  };
}

/** The last event may carry what the customer thought of it all: worse when slow or hurt. */
function satisfied(random: Random, minutes: number, felt: number): JourneyEvent['satisfaction'] {
  const answers = random() < ANSWERS;
  const mood = 4.6 - 0.05 * minutes - 3 * felt + 1.6 * (random() - 0.5);
  if (!answers) return undefined;
  return { scale: 'csat', score: Math.min(5, Math.max(1, Math.round(mood))) };
}

function amountOf(random: Random, valuePerConversion: number): number {
  return Math.round(logNormal(random, valuePerConversion * 0.85, 0.55) * 100) / 100;
}

/** The events of one stage, and whether the customer went on from there. */
function stageEvents(walk: Walk, index: number, at: Instant): JourneyEvent[] {
  const { setting, random } = walk;
  const behaviour = JOURNEYS[setting.journey];
  const stage = behaviour?.stages[index];
  if (behaviour === undefined || stage === undefined) return [];
  const last = index === behaviour.stages.length - 1;
  const reloads = random() < RELOADS;
  const later = Math.round((5 + 40 * random()) * 1000);
  const amount = amountOf(random, behaviour.valuePerConversion);
  const satisfaction = satisfied(random, (at - setting.at) / MINUTE, walk.felt);
  const entered: JourneyEvent = {
    ...eventOf(walk, stage.event, at, String(index)),
    ...(last ? { properties: { amount } } : {}),
    ...(last && satisfaction !== undefined ? { satisfaction } : {}),
  };
  const events = [entered];
  if (reloads && !last) events.push(eventOf(walk, stage.event, at + later, `${index}r`));
  return events;
}

function goesOn(walk: Walk, index: number, at: Instant): boolean {
  const { setting, random, segment, harm } = walk;
  const stage = JOURNEYS[setting.journey]?.stages[index];
  const chance = random();
  if (stage === undefined) return false;
  const where = { journey: setting.journey, stage: index, segment: segment.name };
  const met = harm(at, where);
  walk.felt = Math.max(walk.felt, met);
  return chance < passRate(stage, segment.readiness) * (1 - met);
}

function begin(setting: Setting, harm: Harm): Walk {
  const random = seededRandom(mix32(setting.serial ^ mix32(setting.key)));
  const segment = weighted(random, SHARES);
  return { setting, random, segment, actor: actorOf(random, setting), harm, felt: 0 };
}

/** The events of one attempt by time; none for a customer whom the shop's outage kept out. */
export function attemptEvents(setting: Setting, harm: Harm): JourneyEvent[] {
  const walk = begin(setting, harm);
  const { random, segment } = walk;
  const { journey } = setting;
  const arrives = random();
  const asks = random() < OTHER_EVENTS;
  const away = Math.round(90_000 * random());
  if (arrives < harm(setting.at, { journey, stage: ARRIVAL, segment: segment.name })) return [];
  const events: JourneyEvent[] = [];
  if (asks) events.push(eventOf(walk, OTHER, setting.at + away, 'h'));
  let at = setting.at;
  for (const [index, stage] of (JOURNEYS[journey]?.stages ?? []).entries()) {
    events.push(...stageEvents(walk, index, at));
    if (!goesOn(walk, index, at)) break;
    at += delayOf(random, stage);
  }
  return events;
}
