import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';

import { compileMappings } from '../../../src/core/journeys/stage-mapping.js';
import { eventsOf, planWorld } from '../../../src/core/simulation/simulated-world.js';
import { eventLine, journeyBodies, worldBodies } from '../../../src/core/simulation/world-lines.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';
import { anomalyBody } from '../../../src/wire/anomaly.js';
import { changeBody } from '../../../src/wire/change.js';
import { eventBody } from '../../../src/wire/event.js';
import { incidentBody } from '../../../src/wire/incident.js';
import { journeyBody } from '../../../src/wire/journey.js';
import { outcomeBody } from '../../../src/wire/outcome.js';
import { retrospectiveBody } from '../../../src/wire/retrospective.js';

type Line = Readonly<Record<string, unknown>>;

const START = Date.UTC(2026, 0, 5);
const DAYS = 30;
const WORLD = planWorld({ days: DAYS, seed: 1, start: START, scale: 1 });
const BODIES = worldBodies(WORLD);

function linesOf(name: string): readonly Line[] {
  const lines = BODIES[name];
  if (lines === undefined) throw new Error(`no ${name}`);
  return lines;
}

const SCHEMAS: readonly (readonly [string, z.ZodType])[] = [
  ['anomalies', anomalyBody],
  ['changes', changeBody],
  ['incidents', incidentBody],
  ['outcomes', outcomeBody],
  ['retrospectives', retrospectiveBody],
];

/** Every time in a body, however deep. */
function timesIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return name.endsWith('At') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) => timesIn(each, key));
}

function receivedAt(line: Line): string {
  return String(line['receivedAt']);
}

function last<T>(values: readonly T[]): T | undefined {
  return values.at(-1);
}

describe('the lines of a world', () => {
  it.each(SCHEMAS)('%s are bodies of the contract and nothing else', (name, schema) => {
    const lines = linesOf(name);
    expect(lines.length).toBeGreaterThan(5);
    const refused = lines.flatMap((line) => {
      const parsed = schema.safeParse(JSON.parse(JSON.stringify(line)));
      return parsed.success ? [] : [{ line, issues: parsed.error.issues }];
    });
    expect(refused).toEqual([]);
  });

  it.each(SCHEMAS)('%s come by time of receipt, hold nothing of the future', (name) => {
    const lines = linesOf(name);
    const received = lines.map(receivedAt);
    expect(received).toEqual(received.toSorted());
    expect(Date.parse(received[0] ?? '')).toBeGreaterThanOrEqual(START);
    expect(Date.parse(last(received) ?? '')).toBeLessThan(START + DAYS * DAY);
    const ahead = lines.filter((line) => timesIn(line).some((time) => time > receivedAt(line)));
    expect(ahead).toEqual([]);
  });

  it('journeys are bodies of the contract, known from the start, with mappings that compile', () => {
    const journeys = journeyBodies(WORLD);
    for (const journey of journeys) {
      expect(() => journeyBody.parse(JSON.parse(JSON.stringify(journey)))).not.toThrow();
      expect(journey['receivedAt']).toBe('2026-01-05T00:00:00.000Z');
    }
    expect(() =>
      compileMappings(WORLD.journeys.map((journey) => ({ version: 1, journey }))),
    ).not.toThrow();
  });

  it('events are bodies of the contract', () => {
    const short = planWorld({ days: 1, seed: 3, start: START, scale: 0.2 });
    const lines = [...eventsOf(short)].map((event) => JSON.parse(eventLine(event)) as unknown);
    expect(lines.length).toBeGreaterThan(1000);
    const refused = lines.filter((line) => !eventBody.safeParse(line).success);
    expect(refused).toEqual([]);
  });

  it('anomalies bring their end and peak with a later line of the same id', () => {
    const byId = new Map<string, Line[]>();
    for (const line of linesOf('anomalies')) {
      const id = String(line['id']);
      byId.set(id, [...(byId.get(id) ?? []), line]);
    }
    for (const [first, second, third] of byId.values()) {
      expect(first).not.toHaveProperty('endedAt');
      expect(first).not.toHaveProperty('peakValue');
      expect(third).toBeUndefined();
      if (second === undefined) continue;
      expect(second).toMatchObject({ ...first, receivedAt: second['receivedAt'] });
      expect(second).toHaveProperty('endedAt');
      expect(second).toHaveProperty('peakValue');
    }
  });

  it('anomalies stand on the firing side of their threshold, their peak no nearer to it', () => {
    const wrong = linesOf('anomalies').filter((line) => {
      const [value, threshold] = [Number(line['value']), Number(line['threshold'])];
      const peak = Number(line['peakValue'] ?? value);
      return line['comparison'] === '<'
        ? value >= threshold || peak > value
        : value < threshold || peak < value;
    });
    expect(wrong).toEqual([]);
  });

  it('incidents gain times and anomalies from revision to revision and lose none', () => {
    const known = new Map<string, Line>();
    for (const line of linesOf('incidents')) {
      const before = known.get(String(line['id']));
      const { anomalyIds = [], ...times } = before ?? {};
      expect(line).toMatchObject({ ...times, receivedAt: line['receivedAt'] });
      expect(line['anomalyIds']).toEqual(expect.arrayContaining(anomalyIds as string[]));
      known.set(String(line['id']), line);
    }
    const resolved = [...known.values()].filter((line) => line['resolvedAt'] !== undefined);
    expect(resolved.length).toBeGreaterThan(0.9 * known.size);
  });

  it('outcomes and retrospectives name what was heard of before', () => {
    const firstHeard = new Map<unknown, string>();
    const idLines = [...linesOf('anomalies'), ...linesOf('incidents'), ...linesOf('outcomes')];
    for (const line of idLines) {
      if (!firstHeard.has(line['id'])) firstHeard.set(line['id'], receivedAt(line));
    }
    const outcomes = linesOf('outcomes').flatMap((line) =>
      [line['anomalyId'], line['supersedes']].map((id) => [id, receivedAt(line)] as const),
    );
    const incidents = linesOf('retrospectives').map(
      (line) => [line['incidentId'], receivedAt(line)] as const,
    );
    const unheard = [...outcomes, ...incidents].filter(
      ([id, at]) => id !== undefined && !((firstHeard.get(id) ?? '~') < at),
    );
    expect(unheard).toEqual([]);
  });

  it('retrospectives are held one to seven days after their incident was over', () => {
    const resolved = new Map(
      linesOf('incidents').map((line) => [line['id'], Date.parse(String(line['resolvedAt']))]),
    );
    for (const line of linesOf('retrospectives')) {
      const over = resolved.get(line['incidentId']) ?? Number.NaN;
      const days = (Date.parse(String(line['heldAt'])) - over) / DAY;
      expect(days).toBeGreaterThanOrEqual(1);
      expect(days).toBeLessThanOrEqual(7);
    }
  });

  it('people are wrong about some episodes, not about most', () => {
    const long = worldBodies(planWorld({ days: 120, seed: 1, start: START, scale: 1 }));
    const truth = new Map<string, unknown>();
    for (const line of long['truth'] ?? []) {
      truth.set([line['anomalyId'], line['journey'], line['stage']].join('/'), line['failure']);
    }
    const said = (long['outcomes'] ?? []).filter(
      (line) => line['anomalyId'] !== undefined && line['failure'] !== null,
    );
    const wrong = said.filter((line) => {
      const key = [line['anomalyId'], line['journey'], line['stage']].join('/');
      return truth.get(key) !== line['failure'];
    });
    expect(said.length).toBeGreaterThan(200);
    expect(wrong.length / said.length).toBeGreaterThan(0.04);
    expect(wrong.length / said.length).toBeLessThan(0.16);
  });

  it('the truth has the columns of the contract and no more', () => {
    const columns = [
      'anomalyId',
      'journey',
      'stage',
      'failure',
      'probability',
      'conversionsLost',
      'startedAt',
      'endedAt',
    ];
    for (const line of linesOf('truth')) {
      const missed = line['anomalyId'] === undefined;
      expect(Object.keys(line).toSorted()).toEqual(columns.slice(missed ? 1 : 0).toSorted());
    }
  });
});

describe('a world that is told up to a moment', () => {
  /** In the middle of an incident of the third week, and of a minute. */
  const during = WORLD.incidents.find(({ incident }) => incident.detectedAt > START + 16 * DAY);
  const toldUntil = (during?.incident.detectedAt ?? Number.NaN) + MINUTE + 7000;
  const part = worldBodies(planWorld({ ...WORLD.options, toldUntil }));
  const isTold = (line: Line): boolean => Date.parse(receivedAt(line)) < toldUntil;

  it.each(SCHEMAS)('%s are those that were received before it, as they are anyway', (name) => {
    const told = linesOf(name).filter(isTold);
    expect(told.length).toBeLessThan(linesOf(name).length);
    expect(part[name]).toEqual(told);
    const times = told.flatMap((line) => timesIn(line)).map((time) => Date.parse(time));
    expect(Math.max(...times)).toBeLessThan(toldUntil);
  });

  it('leaves open what ends later', () => {
    const open = (lines: readonly Line[], end: string): Set<unknown> => {
      const ended = new Set(lines.filter((line) => end in line).map(({ id }) => id));
      return new Set(lines.map(({ id }) => id).filter((id) => !ended.has(id)));
    };
    expect(open(part['anomalies'] ?? [], 'endedAt').size).toBeGreaterThan(0);
    expect(open(part['incidents'] ?? [], 'resolvedAt').size).toBeGreaterThan(0);
  });

  it('is as true of what is told as if all were', () => {
    const all = new Set(linesOf('truth').map((line) => JSON.stringify(line)));
    const told = (part['truth'] ?? []).map((line) => JSON.stringify(line));
    expect(told.length).toBeGreaterThan(0.3 * all.size);
    expect(told.length).toBeLessThan(all.size);
    expect(told.filter((line) => !all.has(line))).toEqual([]);
  });

  it('has the events that were received before it', () => {
    const options = { days: 1, seed: 3, start: START, scale: 0.2 };
    const until = START + 15 * HOUR + 20 * MINUTE + 7000;
    const told = [...eventsOf(planWorld({ ...options, toldUntil: until }))];
    const all = [...eventsOf(planWorld(options))];
    expect(told).toEqual(all.filter((event) => event.receivedAt < until));
    expect(told.length).toBeLessThan(all.length);
  });
});
