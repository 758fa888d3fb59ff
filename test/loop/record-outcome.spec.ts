import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Outcome } from '../../src/core/outcomes/outcome.js';
import type { Instant } from '../../src/core/telemetry/time.js';
import { recordOutcome } from '../../src/loop/record-outcome.js';
import { knownLabels } from '../../src/storage/feature-context.store.js';
import { SmallWorld, aJourney, anAnomaly, anOutcome, day } from './small-world.js';

let world: SmallWorld;

const measured = (failure: boolean | null): Outcome =>
  anOutcome('m', 'a', { source: 'measured', verdict: 'unknown', failure });

beforeAll(async () => {
  world = await SmallWorld.open();
  await world.define(aJourney());
  await world.take({ anomaly: anAnomaly('a', { startedAt: day(1) }), receivedAt: day(1) });
  const repeat = anAnomaly('again', { startedAt: day(1, 0, 5), fingerprint: 'a' });
  await world.take({ anomaly: repeat, receivedAt: day(1, 0, 5) });
});

afterAll(async () => {
  await world.close();
});

beforeEach(async () => {
  await world.rows('DELETE FROM outcome');
  await world.rows('DELETE FROM label_change');
});

const record = (outcome: Outcome, knownAt: Instant): Promise<unknown> =>
  world.source.transaction((sql) => recordOutcome(sql, outcome, knownAt));

/** Failures and decided labels, as known at each moment. */
async function tallies(...moments: readonly Instant[]): Promise<[number, number][]> {
  const found: [number, number][] = [];
  for (const moment of moments) {
    const [known] = await knownLabels(world.source.manager, moment);
    found.push([known?.failures ?? 0, known?.decided ?? 0]);
  }
  return found;
}

describe('an outcome', () => {
  it('is one label of its episode, from when it was known', async () => {
    await record(measured(true), day(2));
    expect(await tallies(day(2) - 1, day(2), day(9))).toEqual([
      [0, 0],
      [1, 1],
      [1, 1],
    ]);
    const [label] = await knownLabels(world.source.manager, day(9));
    expect(label).toMatchObject({ stage: 'payment', service: 'payment', rule: 'PaymentErrors' });
  });

  it('of a repeat is of its episode, which stays one', async () => {
    await record(anOutcome('h', 'again'), day(2));
    await record(measured(true), day(3));
    expect(await tallies(day(9))).toEqual([[1, 1]]);
    expect(await world.rows('SELECT DISTINCT anomaly_id FROM label_change')).toEqual([
      { anomaly_id: 'a' },
    ]);
  });

  it('is no failure once people say that the episode had nothing to do with it', async () => {
    await record(measured(true), day(2));
    await record(anOutcome('h', 'a', { verdict: 'unrelated' }), day(3));
    await record(anOutcome('h2', 'a', { verdict: 'contributed', supersedes: 'h' }), day(4));
    expect(await tallies(day(2), day(3), day(4))).toEqual([
      [1, 1],
      [0, 1],
      [1, 1],
    ]);
  });

  it('is one label though several people tell of it at once', async () => {
    const people = ['ann', 'ben', 'cem', 'dan'];
    // Each with a connection that is open already, so that none is done before another begins.
    await Promise.all(people.map(() => world.rows('SELECT pg_sleep(0.05)')));
    await Promise.all(people.map((author) => record(anOutcome(author, 'a', { author }), day(3))));
    expect(await tallies(day(3))).toEqual([[1, 1]]);
  });

  it('that superseded another leaves nothing of it', async () => {
    await record(measured(null), day(2));
    await record(anOutcome('h', 'a', { failure: true }), day(3));
    await record(anOutcome('h2', 'a', { failure: false, supersedes: 'h' }), day(4));
    await record(anOutcome('h3', 'a', { failure: null, supersedes: 'h2' }), day(5));
    expect(await tallies(day(2), day(3), day(4), day(5))).toEqual([
      [0, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ]);
  });

  it('that is recorded after what was known later counts as if it had come in its time', async () => {
    const outcomes: readonly [[Outcome, Instant], ...[Outcome, Instant][]] = [
      [measured(false), day(2)],
      [anOutcome('h', 'a', { failure: true }), day(3)],
      [anOutcome('h2', 'a', { failure: true, verdict: 'unrelated', supersedes: 'h' }), day(4)],
    ];
    const moments = [day(1, 23), day(2), day(3), day(4)];
    for (const [outcome, knownAt] of outcomes) await record(outcome, knownAt);
    const inOrder = await tallies(...moments);
    expect(inOrder).toEqual([
      [0, 0],
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    await world.rows('DELETE FROM outcome');
    await world.rows('DELETE FROM label_change');
    // What is corrected is there before its correction.
    const [first, ...late] = outcomes;
    for (const [outcome, knownAt] of [...late, first]) await record(outcome, knownAt);
    expect(await tallies(...moments)).toEqual(inOrder);
  });

  it('that comes twice counts once; with other content under its id it is refused', async () => {
    expect(await record(anOutcome('h', 'a'), day(2))).toBe('stored');
    expect(await record(anOutcome('h', 'a'), day(3))).toBe('duplicate');
    expect(await record(anOutcome('h', 'a', { failure: false }), day(3))).toMatchObject({
      code: 'conflict',
    });
    expect(await tallies(day(9))).toEqual([[1, 1]]);
  });

  it('of what is not known is refused, and leaves nothing', async () => {
    expect(await record(anOutcome('h', 'nobody'), day(2))).toMatchObject({
      code: 'unknown-anomaly',
    });
    expect(await record(anOutcome('h', 'a', { stage: 'nowhere' }), day(2))).toMatchObject({
      code: 'unknown-stage',
    });
    expect(await record(anOutcome('h', 'a', { supersedes: 'nothing' }), day(2))).toMatchObject({
      code: 'unknown-outcome',
    });
    expect(await world.rows('SELECT id FROM outcome')).toEqual([]);
  });
});
