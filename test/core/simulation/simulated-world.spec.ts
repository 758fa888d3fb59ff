import { beforeAll, describe, expect, it } from '@jest/globals';

import type { JourneyEvent } from '../../../src/core/journeys/journey-event.js';
import { minLossAt } from '../../../src/core/simulation/defined-journeys.js';
import { eventStream } from '../../../src/core/simulation/event-stream.js';
import type { StageEffect } from '../../../src/core/simulation/fault-effects.js';
import { effectsOf } from '../../../src/core/simulation/fault-effects.js';
import { DRIFTED_SERVICE } from '../../../src/core/simulation/drift-of-meaning.js';
import type { Fault } from '../../../src/core/simulation/fault.js';
import { harmIndex } from '../../../src/core/simulation/harm-index.js';
import { SEGMENTS } from '../../../src/core/simulation/journey-behaviour.js';
import { JOURNEYS } from '../../../src/core/simulation/simulated-journeys.js';
import { eventsOf, planWorld } from '../../../src/core/simulation/simulated-world.js';
import type { SimulatedWorld } from '../../../src/core/simulation/simulated-world.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';

const START = Date.UTC(2026, 0, 5);
const options = (days: number, seed = 1, scale = 1) => ({ days, seed, start: START, scale });

function world(days: number, seed = 1, scale = 1): SimulatedWorld {
  return planWorld(options(days, seed, scale));
}

/** Sixty days, planned once. */
const LONG = world(60, 4);

function eventsUnder(one: SimulatedWorld, faults: readonly Fault[]): JourneyEvent[] {
  return [...eventStream(one.options, one.traffic, harmIndex(faults, one.traffic))];
}

function fault(overrides: Partial<Fault>): Fault {
  const startedAt = START + 18 * HOUR;
  return {
    id: 'f',
    kind: 'errors',
    service: 'payment-gateway',
    segment: null,
    changeId: null,
    drifted: false,
    startedAt,
    naturalEnd: startedAt + 90 * MINUTE,
    endedAt: startedAt + 90 * MINUTE,
    strength: 0.6,
    ...overrides,
  };
}

/** Distinct first events by id, without reloads: one for each stage that an attempt entered. */
function entries(events: readonly JourneyEvent[], name: string): Set<string> {
  const ids = events.filter(({ event, id }) => event === name && !id?.endsWith('r'));
  return new Set(ids.map(({ id }) => id?.replace(/-\w+$/, '') ?? ''));
}

function effectOn(effects: readonly StageEffect[], stage: string): StageEffect {
  const found = effects.find((effect) => effect.stage === stage);
  if (found === undefined) throw new Error(`no effect on ${stage}`);
  return found;
}

it('has targets for the time from the entry of a journey to each later stage', () => {
  const minutes = world(1).journeys.map(({ key, stages }) => [
    key,
    stages.map(({ timeToValueTarget: target }) => (target === undefined ? null : target / MINUTE)),
  ]);
  expect(Object.fromEntries(minutes)).toMatchObject({ checkout: [null, 8, 14, 18] });
  for (const { stages } of world(1).journeys) {
    const targets = stages.map(({ timeToValueTarget: target = 0 }) => target);
    expect(targets).toEqual([...new Set(targets)].sort((one, other) => one - other));
  }
});

describe('the simulated events', () => {
  let one: SimulatedWorld;
  let healthy: JourneyEvent[];
  beforeAll(() => {
    one = { ...world(2, 5), sales: [] };
    healthy = eventsUnder(one, []);
  });

  it('come in the order of their receipt, none before it happened, all inside the world', () => {
    const wrong = healthy.filter(({ receivedAt, occurredAt, sentAt = occurredAt }, index) => {
      const before = healthy[index - 1]?.receivedAt ?? START;
      return receivedAt < before || receivedAt < sentAt || sentAt < occurredAt;
    });
    expect(wrong).toEqual([]);
    expect(healthy.at(-1)?.receivedAt).toBeLessThan(START + 2 * DAY);
  });

  it('are late or sent twice at the stated shares, and a repeat says the same', () => {
    const late = healthy.filter(({ sentAt }) => sentAt !== undefined).length / healthy.length;
    expect(late).toBeGreaterThan(0.01);
    expect(late).toBeLessThan(0.02);
    const byId = new Map<string, JourneyEvent>();
    let repeats = 0;
    for (const event of healthy) {
      const known = byId.get(event.id ?? '');
      if (known === undefined) byId.set(event.id ?? '', event);
      else {
        repeats += 1;
        const content = (one: JourneyEvent): string => JSON.stringify({ ...one, receivedAt: 0 });
        expect(content(event)).toBe(content(known));
      }
    }
    expect(repeats / healthy.length).toBeGreaterThan(0.003);
    expect(repeats / healthy.length).toBeLessThan(0.007);
  });

  it('follow the day: the evening peak has many times the traffic of the night', () => {
    const browsed = healthy.filter(({ event }) => event === 'product_viewed');
    const at = (from: number, to: number): number =>
      browsed.filter(({ occurredAt }) => {
        const hour = (occurredAt % DAY) / HOUR;
        return hour >= from && hour < to;
      }).length;
    expect(at(19, 21)).toBeGreaterThan(8 * at(2, 4));
  });

  it('thin out from stage to stage at the nominal rates while nothing is wrong', () => {
    for (const { stages } of JOURNEYS) {
      for (const [index, stage] of stages.slice(0, -1).entries()) {
        const entered = entries(healthy, stage.event);
        const reached = entries(healthy, stages[index + 1]?.event ?? '');
        // Nobody arrives at a stage without having been at the one before.
        const strangers = [...reached].filter((attempt) => !entered.has(attempt));
        expect(strangers.length / reached.size).toBeLessThan(0.01);
        const rate = SEGMENTS.reduce(
          (sum, { share, readiness }) => sum + share * Math.min(0.98, stage.rate * readiness),
          0,
        );
        const error = Math.sqrt((rate * (1 - rate)) / entered.size);
        // Four standard errors, and what is still under way at the end.
        expect(Math.abs(reached.size / entered.size - rate)).toBeLessThan(4 * error + 0.015);
      }
    }
  });

  it('keep every other event in place when a fault is added: it only takes some away', () => {
    const hurt = eventsUnder(one, [fault({})]);
    const text = new Set(healthy.map((event) => JSON.stringify(event)));
    expect(hurt.length).toBeLessThan(healthy.length);
    // How a customer felt may change with the fault; nothing else does.
    const changed = hurt.filter(
      (event) => event.satisfaction === undefined && !text.has(JSON.stringify(event)),
    );
    expect(changed).toEqual([]);
    const before = (events: readonly JourneyEvent[]): string =>
      JSON.stringify(events.filter(({ receivedAt }) => receivedAt < START + 18 * HOUR));
    expect(before(hurt)).toBe(before(healthy));
  });

  it('let nobody through a total outage', () => {
    const down = fault({ kind: 'outage', strength: 1.15 });
    const hurt = eventsUnder(one, [down]);
    const paid = hurt.filter(
      ({ event, occurredAt }) =>
        event === 'order_confirmed' &&
        occurredAt > down.startedAt + 32 * MINUTE &&
        occurredAt < down.endedAt,
    );
    expect(paid).toHaveLength(0);
  });

  it('harm one segment alone where the fault is on one segment', () => {
    const segment = fault({ kind: 'segment', segment: 'mobile', strength: 0.9 });
    const hurt = eventsUnder(one, [segment]);
    const of = (events: readonly JourneyEvent[], name: string): number =>
      entries(
        events.filter((event) => event.segment === name),
        'order_confirmed',
      ).size;
    expect(of(hurt, 'desktop')).toBe(of(healthy, 'desktop'));
    expect(of(hurt, 'mobile')).toBeLessThan(of(healthy, 'mobile') - 20);
  });
});

describe('the truth', () => {
  // Many customers, so that chance is small against the loss.
  const SCALE = 2;
  let crowd: SimulatedWorld;
  let usual: JourneyEvent[];
  beforeAll(() => {
    crowd = world(1, 9, SCALE);
    usual = eventsUnder(crowd, []);
  });

  it.each([
    ['browse', 'cart_updated', fault({ service: 'catalog' })],
    ['cart', 'payment_started', fault({ service: 'cart', kind: 'leak' })],
    ['payment', 'order_confirmed', fault({})],
    ['payment', 'order_confirmed', fault({ service: 'cdn', kind: 'outage' })],
    ['verification', 'profile_opened', fault({ service: 'mail', kind: 'saturation' })],
  ])('says what %s loses, as the events of %s show', (stage, next, one) => {
    const expected = effectOn(effectsOf(one, crowd.traffic, SCALE), stage).conversionsLost;
    const hurt = eventsUnder(crowd, [one]);
    const lost = entries(usual, next).size - entries(hurt, next).size;
    expect(expected).toBeGreaterThan(20);
    // The same customers with and without: the difference varies about as its square root.
    expect(Math.abs(lost - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  it('calls a failure what meets the criterion of the stage, and nothing else', () => {
    const one = LONG;
    for (const faultEffects of one.effects.values()) {
      for (const effect of faultEffects) {
        const stage = JOURNEYS.find(({ key }) => key === effect.journey)?.stages.find(
          ({ key }) => key === effect.stage,
        );
        if (stage === undefined) throw new Error(effect.stage);
        if (!effect.failure) continue;
        expect(effect.conversionsLost).toBeGreaterThanOrEqual(minLossAt(stage, 1));
        expect(effect.endedAt - effect.startedAt).toBeGreaterThanOrEqual(10 * MINUTE);
      }
    }
  });

  it('finds no failure where services do not matter or nobody is there', () => {
    const { traffic } = world(2, 2);
    const harmless = effectsOf(fault({ service: 'recommendations', strength: 1 }), traffic, 1);
    expect(harmless.some(({ failure }) => failure)).toBe(false);
    const night = START + DAY + 2.5 * HOUR;
    const asleep = fault({ startedAt: night, naturalEnd: night + HOUR, endedAt: night + HOUR });
    expect(effectsOf(asleep, traffic, 1).some(({ failure }) => failure)).toBe(false);
    expect(effectsOf(fault({}), traffic, 1).some(({ failure }) => failure)).toBe(true);
  });

  it('has a line for each anomaly and mapped stage, and names the missed failures', () => {
    const one = LONG;
    const ids = new Set(one.anomalies.map(({ anomaly }) => anomaly.id));
    const named = one.truth.filter(({ anomalyId }) => anomalyId !== undefined);
    expect(named.every(({ anomalyId }) => ids.has(anomalyId ?? ''))).toBe(true);
    const keys = named.map(({ anomalyId, journey, stage }) =>
      [anomalyId, journey, stage].join('/'),
    );
    expect(new Set(keys).size).toBe(keys.length);
    const missed = one.truth.filter(({ anomalyId }) => anomalyId === undefined);
    expect(missed.length).toBeGreaterThan(0);
    expect(missed.every(({ failure }) => failure)).toBe(true);
  });
});

describe('a simulated world', () => {
  it('has about forty failures and a few hundred anomalies in sixty days', () => {
    const counts = [LONG, world(60, 5)].map((one) => {
      const failing = one.faults.filter(({ id }) =>
        one.effects.get(id)?.some(({ failure }) => failure),
      );
      return { failures: failing.length, anomalies: one.anomalies.length };
    });
    for (const { failures, anomalies } of counts) {
      expect(failures).toBeGreaterThan(25);
      expect(failures).toBeLessThan(70);
      expect(anomalies).toBeGreaterThan(300);
      expect(anomalies).toBeLessThan(700);
    }
  });

  it('has loud alerts that harm nobody and quiet ones that do', () => {
    const one = LONG;
    const byId = new Map(one.anomalies.map(({ anomaly }) => [anomaly.id, anomaly]));
    const share = (loud: boolean): number => {
      const lines = one.truth.filter(({ anomalyId }) => {
        const severity = byId.get(anomalyId ?? '')?.severity;
        return severity !== undefined && (severity === 'critical') === loud;
      });
      return lines.filter(({ failure }) => failure).length / lines.length;
    };
    expect(share(true)).toBeLessThan(0.35);
    expect(share(false)).toBeGreaterThan(0.05);
  });

  it('ends some faults early where people mitigated them', () => {
    const { faults } = LONG;
    const cut = faults.filter(({ endedAt, naturalEnd }) => endedAt < naturalEnd);
    expect(cut.length).toBeGreaterThan(5);
    expect(cut.length).toBeLessThan(faults.length);
  });

  it('is not reshuffled by another scale: the same faults befall more customers', () => {
    const [small, large] = [world(6, 6, 0.5), world(6, 6, 2)];
    const tale = ({ faults }: SimulatedWorld): unknown => faults;
    expect(tale(large)).toEqual(tale(small));
  });

  it('streams: the first events come without the last ones being made', () => {
    const short = world(1, 1, 0.2);
    const stream = eventsOf({ ...short, options: { ...short.options, days: 1e9 } });
    expect(stream.next().done).toBe(false);
    stream.return(undefined);
  });

  it('lets the alerts of one service change their meaning from a day on, and a release tell of it', () => {
    const drifting = planWorld({ ...options(40, 6), driftAt: 20 * DAY });
    const begins = START + 20 * DAY + 9 * HOUR;
    const hurt = (one: SimulatedWorld, late: boolean): number =>
      one.faults
        .filter(({ service, drifted }) => service === DRIFTED_SERVICE && drifted === late)
        .filter(({ id }) =>
          one.effects.get(id)?.some(({ stage, failure }) => stage === 'browse' && failure),
        ).length;
    expect(hurt(drifting, false)).toBe(0);
    expect(hurt(drifting, true)).toBeGreaterThan(0);
    expect(
      drifting.faults
        .filter(({ drifted }) => drifted)
        .every(({ startedAt }) => startedAt >= begins),
    ).toBe(true);
    const told = drifting.changes.filter(({ change }) => change.occurredAt === begins);
    expect(told.map(({ change }) => change.labels['service'])).toContain(DRIFTED_SERVICE);
  });

  it('breaks the drifted service more often once everybody waits for it, and is as it was before', () => {
    const calm = planWorld(options(40, 6));
    const drifting = planWorld({ ...options(40, 6), driftAt: 20 * DAY });
    const before = ({ truth }: SimulatedWorld): unknown =>
      truth.filter(({ startedAt }) => startedAt < START + 20 * DAY);
    expect(before(drifting)).toEqual(before(calm));
    const known = new Set(calm.faults.map(({ id }) => id));
    const added = drifting.faults.filter(({ id }) => !known.has(id));
    expect(added.length).toBeGreaterThan(0);
    expect(new Set(added.map(({ service }) => service))).toEqual(new Set([DRIFTED_SERVICE]));
    expect(added.every(({ startedAt }) => startedAt >= START + 20 * DAY + 9 * HOUR)).toBe(true);
    expect(drifting.faults.length).toBe(calm.faults.length + added.length);
  });

  it('holds as many more faults and false alarms as asked', () => {
    const [usual, troubled] = [
      planWorld(options(12, 6)),
      planWorld({ ...options(12, 6), trouble: 4 }),
    ];
    const times = (of: (one: SimulatedWorld) => readonly unknown[]): number =>
      of(troubled).length / of(usual).length;
    expect(times(({ faults }) => faults)).toBeGreaterThan(2.5);
    expect(times(({ anomalies }) => anomalies)).toBeGreaterThan(2.5);
  });

  it('starts with a UTC day', () => {
    expect(() => planWorld({ ...options(1), start: START + 1 })).toThrow('UTC day');
  });
});
