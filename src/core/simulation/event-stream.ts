import type { JourneyEvent } from '../journeys/journey-event.js';
import { seededRandom } from '../statistics/random.js';
import { HOUR, MINUTE, SECOND } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import type { Setting } from './attempts.js';
import { attemptEvents } from './attempts.js';
import type { Harm } from './harm-index.js';
import type { Random } from './random-stream.js';
import { hashText, logNormal, mix32, poisson, randomStream } from './random-stream.js';
import { JOURNEYS } from './simulated-journeys.js';
import type { Traffic } from './traffic.js';
import type { WorldOptions } from './world-options.js';
import { silentFrom } from './world-options.js';

const LATE = 0.015;
const DUPLICATED = 0.005;
const LATEST = 9 * HOUR;

/** How an event travels: seconds usually, minutes to hours now and then, twice here and there. */
function received(random: Random, event: JourneyEvent): JourneyEvent[] {
  const prompt = Math.round(Math.min(40 * SECOND, logNormal(random, 4 * SECOND, 0.7)));
  const late = random() < LATE;
  const delay = Math.round(Math.min(LATEST, logNormal(random, 22 * MINUTE, 1.3)));
  const again = random() < DUPLICATED;
  const retry = Math.round(logNormal(random, 90 * SECOND, 1));
  const sentAt = event.occurredAt + delay;
  const arrived: JourneyEvent = late
    ? { ...event, sentAt, receivedAt: sentAt + prompt }
    : { ...event, receivedAt: event.occurredAt + prompt };
  return again ? [arrived, { ...arrived, receivedAt: arrived.receivedAt + retry }] : [arrived];
}

/** Attempts that set out in one minute, of one journey. */
function* minuteOf(
  source: { readonly random: Random; readonly setting: Omit<Setting, 'serial' | 'at'> },
  minute: Instant,
  expected: number,
  serial: number,
): Generator<Setting> {
  const count = poisson(source.random, expected);
  for (let i = 0; i < count; i += 1) {
    const at = minute + Math.floor(source.random() * MINUTE);
    yield { ...source.setting, serial: serial + i, at };
  }
}

interface Source {
  readonly random: Random;
  readonly setting: Omit<Setting, 'serial' | 'at'>;
  readonly rate: (journey: number, at: Instant) => number;
  serial: number;
}

/** One stream of usual visitors and one of a sale's for each journey. */
function sourcesOf(seed: number, traffic: Traffic): Source[] {
  return JOURNEYS.flatMap(({ key }, journey) => {
    const letter = key.charAt(0);
    const source = (name: string, prefix: string, rate: Source['rate']): Source => ({
      random: randomStream(seed, `${name}/${key}`),
      setting: { journey, key: mix32(seed) ^ hashText(`${name}/${key}`), prefix },
      rate,
      serial: 0,
    });
    return [
      source('visitors', letter, traffic.usual),
      source('sale-visitors', `${letter}s`, traffic.surge),
    ];
  });
}

/** Events that are under way, by the minute in which they arrive. */
class Pipeline {
  private readonly byMinute = new Map<number, JourneyEvent[]>();

  add(event: JourneyEvent): void {
    const minute = Math.floor(event.receivedAt / MINUTE);
    const waiting = this.byMinute.get(minute);
    if (waiting === undefined) this.byMinute.set(minute, [event]);
    else waiting.push(event);
  }

  take(at: Instant): JourneyEvent[] {
    const minute = Math.floor(at / MINUTE);
    const arriving = this.byMinute.get(minute) ?? [];
    this.byMinute.delete(minute);
    return arriving.sort(
      (a, b) => a.receivedAt - b.receivedAt || ((a.id ?? '') < (b.id ?? '') ? -1 : 1),
    );
  }
}

/**
 * Every journey event of a world that is told, in the order in which it was received, minute by
 * minute: only the events that are still under way are held in memory.
 */
export function* eventStream(
  options: WorldOptions,
  traffic: Traffic,
  harm: Harm,
): Generator<JourneyEvent> {
  const sources = sourcesOf(options.seed, traffic);
  const pipeline = new Pipeline();
  const end = silentFrom(options);
  for (let minute = options.start; minute < end; minute += MINUTE) {
    for (const source of sources) {
      const { journey, key } = source.setting;
      const expected = source.rate(journey, minute + MINUTE / 2) * MINUTE;
      if (expected === 0) continue;
      for (const setting of minuteOf(source, minute, expected, source.serial)) {
        source.serial = setting.serial + 1;
        const travel = seededRandom(mix32(setting.serial ^ mix32(~key)));
        for (const event of attemptEvents(setting, harm)) {
          for (const line of received(travel, event)) pipeline.add(line);
        }
      }
    }
    yield* pipeline.take(minute).filter(({ receivedAt }) => receivedAt < end);
  }
}
