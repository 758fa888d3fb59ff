import { DAY, HOUR, MINUTE } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import { DRIFTED_SERVICE, driftBegins } from './drift-of-meaning.js';
import type { Fault, FaultKind } from './fault.js';
import { KIND_SHAPES } from './fault.js';
import type { PlannedChange } from './planned-changes.js';
import type { Random } from './random-stream.js';
import { logNormal, opaqueId, randomStream, weighted } from './random-stream.js';
import { SEGMENTS } from './journey-behaviour.js';
import { SERVICES } from './simulated-services.js';
import { dayRhythm } from './traffic.js';
import type { WorldOptions } from './world-options.js';
import { endOf } from './world-options.js';

/** Tries for a spontaneous fault on each day, and the probability that a try is one. */
const TRIES_PER_DAY = 4;
const FAULTS_PER_TRY = 0.26;
const BAD_RELEASES = 0.055;
/** Of the same tries, those that break the service which everybody waits for since the drift. */
const OVERLOADS_PER_TRY = 0.1;

const KINDS: readonly (readonly [FaultKind, number])[] = [
  ['latency', 26],
  ['errors', 24],
  ['outage', 16],
  ['saturation', 11],
  ['segment', 13],
  ['leak', 10],
];

/** Kinds that only befall some services. */
const PLACES: Partial<Record<FaultKind, readonly string[]>> = {
  saturation: ['search', 'cart', 'orders-db', 'auth', 'catalog', 'recommendations'],
  segment: ['web-frontend', 'payment-gateway', 'auth', 'cart', 'cdn'],
  leak: ['cart', 'recommendations', 'search', 'inventory', 'billing', 'catalog'],
};

function placeOf(random: Random, kind: FaultKind): string {
  const places = PLACES[kind];
  const open = SERVICES.filter(({ name }) => places?.includes(name) ?? true);
  return weighted(
    random,
    open.map(({ name, frailty }) => [name, frailty] as const),
  );
}

/** A minute of the day: trouble follows use, but comes at night as well. */
function minuteOf(random: Random, kind: FaultKind, day: Instant): Instant {
  if (kind === 'saturation') return day + 17.5 * HOUR + Math.floor(random() * 120) * MINUTE;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const at = day + Math.floor(random() * 24 * 60) * MINUTE;
    if (random() * 2.4 < 0.4 + dayRhythm(at)) return at;
  }
  return day + 12 * HOUR;
}

interface Onset {
  readonly kind: FaultKind;
  readonly service: string;
  readonly changeId: string | null;
  readonly startedAt: Instant;
}

function faultAt(random: Random, id: string, onset: Onset, options: WorldOptions): Fault {
  const { kind, startedAt } = onset;
  const shape = KIND_SHAPES[kind];
  const minutes = Math.max(12, Math.round(logNormal(random, shape.minutes, shape.spread)));
  const naturalEnd = Math.min(startedAt + Math.min(minutes, 420) * MINUTE, endOf(options));
  const segment = weighted(
    random,
    SEGMENTS.map(({ name, share }) => [name, share] as const),
  );
  return {
    ...onset,
    id,
    segment: kind === 'segment' ? segment : null,
    drifted: startedAt >= (driftBegins(options) ?? Infinity),
    naturalEnd,
    endedAt: naturalEnd,
    strength: logNormal(random, shape.median, shape.sigma),
  };
}

/** Tries of each day, each with a stream of its own: the moments at which one is a fault. */
function* tries(
  { seed, start, days, trouble = 1 }: WorldOptions,
  name: string,
  chance: number,
): Generator<{ readonly random: Random; readonly id: string; readonly day: Instant }> {
  const triesPerDay = Math.max(1, Math.round(TRIES_PER_DAY * trouble));
  for (let slot = 0; slot < days * triesPerDay; slot += 1) {
    const random = randomStream(seed, `${name}/${slot}`);
    if (random() >= chance) continue;
    const day = start + Math.floor(slot / triesPerDay) * DAY;
    yield { random, id: opaqueId(seed, `${name}/${slot}`), day };
  }
}

function spontaneous(options: WorldOptions): Fault[] {
  return Array.from(tries(options, 'fault', FAULTS_PER_TRY), ({ random, id, day }) => {
    const kind = weighted(random, KINDS);
    const service = placeOf(random, kind);
    const startedAt = minuteOf(random, kind, day);
    return faultAt(random, id, { kind, service, changeId: null, startedAt }, options);
  });
}

/** What the load of being in everybody's way breaks in the drifted service, beside the usual. */
function overloads(options: WorldOptions): Fault[] {
  const begins = driftBegins(options) ?? Infinity;
  const kinds = KINDS.filter(([kind]) => PLACES[kind]?.includes(DRIFTED_SERVICE) ?? true);
  return Array.from(tries(options, 'overload', OVERLOADS_PER_TRY), ({ random, id, day }) => {
    const kind = weighted(random, kinds);
    const startedAt = minuteOf(random, kind, day);
    const onset = { kind, service: DRIFTED_SERVICE, changeId: null, startedAt };
    return faultAt(random, id, onset, options);
  }).filter(({ startedAt }) => startedAt >= begins);
}

const RISKY: ReadonlySet<string> = new Set(['release', 'flag', 'config']);

function badReleases(options: WorldOptions, changes: readonly PlannedChange[]): Fault[] {
  return changes.flatMap(({ change }) => {
    const random = randomStream(options.seed, `bad-release/${change.id}`);
    const service = change.labels['service'];
    if (!RISKY.has(change.kind) || service === undefined || random() >= BAD_RELEASES) return [];
    const startedAt = change.occurredAt + Math.ceil(random() * 8) * MINUTE;
    const onset = { kind: 'bad-release', service, changeId: change.id, startedAt } as const;
    return [faultAt(random, opaqueId(options.seed, `bad/${change.id}`), onset, options)];
  });
}

/** What goes wrong in a world, by start; every fault draws from a stream of its own. */
export function planFaults(options: WorldOptions, changes: readonly PlannedChange[]): Fault[] {
  const last = endOf(options) - 30 * MINUTE;
  return [...spontaneous(options), ...overloads(options), ...badReleases(options, changes)]
    .filter(({ startedAt }) => startedAt < last)
    .sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
}
