import { describe, expect, it } from '@jest/globals';

import { insertIntoPath, pathEventOf } from '../../../src/core/journeys/actor-path.js';
import type { Attempt } from '../../../src/core/journeys/attempt.js';
import { attemptState } from '../../../src/core/journeys/attempt.js';
import { attemptsOf } from '../../../src/core/journeys/attempts.js';
import type { JourneyEvent } from '../../../src/core/journeys/journey-event.js';
import type { Journey } from '../../../src/core/journeys/journey.js';
import { SECOND } from '../../../src/core/telemetry/time.js';

function journey(overrides: Partial<Journey> = {}): Journey {
  return {
    key: 'j',
    name: 'j',
    owner: 'web',
    window: 100,
    order: 'ordered',
    stages: ['A', 'B', 'C'].map((event) => ({ key: event.toLowerCase(), event, weight: 1 })),
    ...overrides,
  };
}

function event(name: string, at: number, more: Partial<JourneyEvent> = {}): JourneyEvent {
  return { source: 's', actor: 'a', event: name, occurredAt: at, receivedAt: at, ...more };
}

function follow(text: string, definition: Journey = journey()): Attempt[] {
  const events = text.split(' ').map((word) => event(word.slice(0, 1), Number(word.slice(1))));
  return follows(events, definition);
}

function follows(events: readonly JourneyEvent[], definition: Journey): Attempt[] {
  const known = events.flatMap((own) => pathEventOf(definition, own) ?? []);
  return attemptsOf(definition, insertIntoPath([], known));
}

const times = (attempts: readonly Attempt[]): (number | null)[][] =>
  attempts.map(({ stageTimes }) => [...stageTimes]);

describe('attemptsOf', () => {
  it('walks the stages in order; a later entry does not destroy progress', () => {
    const [attempt, ...others] = follow('A0 X1 B2 A3 C4');
    expect(attempt).toEqual({
      startedAt: 0,
      segment: null,
      stageTimes: [0, 2, 4],
      furthest: 2,
      reachedLast: true,
      stoppedAt: null,
      satisfaction: [],
    });
    expect(others).toEqual([]);
  });

  it('opens one attempt at a time: the next after the goal or after the window', () => {
    expect(times(follow('A0 B1 C2 C3 A4 B5'))).toEqual([
      [0, 1, 2],
      [4, 5, null],
    ]);
    expect(times(follow('A0 B50 A60 C100'))).toEqual([[0, 50, 100]]);
    expect(times(follow('A0 B50 A60 C101 A102 B103'))).toEqual([
      [0, 50, null],
      [102, 103, null],
    ]);
  });

  it('takes one moment in the order of the stages', () => {
    expect(times(follow('C7 B7 A7'))).toEqual([[7, 7, 7]]);
    expect(times(follow('A0 B1 C2 A2'))).toEqual([
      [0, 1, 2],
      [2, null, null],
    ]);
  });

  it('needs an event again for a stage that comes again', () => {
    const twice = journey({
      stages: ['A', 'B', 'B'].map((name, index) => ({ key: `${index}`, event: name, weight: 1 })),
    });
    expect(times(follow('A0 B1', twice))).toEqual([[0, 1, null]]);
    expect(times(follow('A0 B1 B1', twice))).toEqual([[0, 1, 1]]);
  });

  it('prefers the event with the fewest other uses', () => {
    const narrow = journey({
      stages: [
        { key: 'any', event: 'view', weight: 1 },
        { key: 'pay', event: 'view', where: { page: 'pay', step: 2 }, weight: 1 },
      ],
    });
    const pay = event('view', 5, { properties: { page: 'pay', step: '2' } });
    const other = event('view', 5, { properties: { page: { name: 'pay' }, step: 2 } });
    expect(times(follows([pay, other], narrow))).toEqual([[5, 5]]);
    expect(times(follows([other, other], narrow))).toEqual([[5, null]]);
  });

  it('stops a strict attempt at another event, which may begin the next', () => {
    const strict = journey({ order: 'strict' });
    const [stopped] = follow('A0 B1 X2 C3', strict);
    expect(stopped).toMatchObject({ stageTimes: [0, 1, null], stoppedAt: 2 });
    expect(times(follow('A0 A1 B2 C3', strict))).toEqual([
      [0, null, null],
      [1, 2, 3],
    ]);
    expect(times(follow('A0 B1 X1 C2', strict))).toEqual([[0, 1, 2]]);
  });

  it('takes the stages of an unordered journey as they come', () => {
    const unordered = journey({ order: 'unordered' });
    const [attempt] = follow('C0 C1 A2', unordered);
    expect(attempt).toMatchObject({ startedAt: 0, stageTimes: [2, null, 0], furthest: 1 });
    expect(times(follow('C0 A2 B3 B4', unordered))).toEqual([
      [2, 3, 0],
      [null, 4, null],
    ]);
  });

  it('gives a score to the stage that was reached last, and the entry its segment', () => {
    const nps = { scale: 'nps', score: 9 } as const;
    const csat = { scale: 'csat', score: 2 } as const;
    const [attempt] = follows(
      [
        event('survey', 0, { satisfaction: csat }),
        event('A', 1, { segment: 'mobile' }),
        event('B', 2, { segment: 'web', satisfaction: csat }),
        event('C', 3),
        event('survey', 101, { satisfaction: nps }),
        event('survey', 102, { satisfaction: nps }),
      ],
      journey(),
    );
    expect(attempt?.segment).toBe('mobile');
    expect(attempt?.satisfaction).toEqual([
      { stageIndex: 1, ...csat },
      { stageIndex: 2, ...nps },
    ]);
  });
});

describe('pathEventOf', () => {
  it('leaves out what means nothing to the journey, but not in a strict one', () => {
    expect(pathEventOf(journey(), event('X', 1))).toBeNull();
    const kept = { at: 1, stages: 0, segment: null, satisfaction: null };
    expect(pathEventOf(journey({ order: 'strict' }), event('X', 1))).toEqual(kept);
    expect(pathEventOf(journey(), event('C', 1))?.stages).toBe(4);
  });
});

describe('attemptState', () => {
  const state = (text: string, now: number, order: Journey['order'] = 'ordered'): unknown => {
    const definition = journey({ order });
    const [attempt] = follow(text, definition);
    return attempt === undefined ? null : attemptState(definition, attempt, now);
  };

  it('is open and immature to the very end of the window', () => {
    expect(state('A0 B1', 100)).toEqual({ state: 'open', immature: true });
    expect(state('A0 B1', 101)).toEqual({ state: 'abandoned', immature: false });
    expect(state('A0 B1 C2', 50)).toEqual({ state: 'converted', immature: true });
    expect(state('A0 B1 C2', SECOND)).toEqual({ state: 'converted', immature: false });
    expect(state('A0 X1', 50, 'strict')).toEqual({ state: 'abandoned', immature: true });
  });
});
