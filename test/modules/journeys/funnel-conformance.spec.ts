import { existsSync, readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { copyEvents } from '../../../src/loop/copy-events.js';
import { formatInstant } from '../../../src/wire/instant.js';
import type { Body } from '../../builders/bodies.js';
import { aJourney, anEvent } from '../../builders/bodies.js';
import { RunningApi } from '../../builders/running-api.js';

// After the builder, which stands in for a package that Jest cannot load.
const { eventCopies } = await import('../../../src/app/start-api.js');

interface Case {
  readonly name: string;
  readonly order: string;
  readonly steps: readonly string[];
  readonly windowSeconds: number;
  readonly events: readonly {
    readonly actor: string;
    readonly event: string;
    readonly at: number;
  }[];
  readonly expect: {
    readonly reached: readonly number[];
    readonly secondsFromPrevious?: readonly (Body | null)[];
  };
}

const FILE = '../shared/conformance/funnel.json';
const CASES = existsSync(FILE)
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as { cases: Case[] }).cases
  : [];

const DAY = 86_400_000;

/** Two months for each case, so that none sees another's events. */
const originOf = (index: number): number => Date.UTC(2022, 0, 1) + index * 60 * DAY;

(CASES.length > 0 ? describe : describe.skip)('the funnels of the conformance cases', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
  });
  afterAll(() => api.stop());

  it.each(CASES.map((one, index) => ({ index, ...one })))('$name', async (one) => {
    const origin = originOf(one.index);
    const key = `case-${String(one.index)}`;
    const stages = one.steps.map((event, i) => ({ key: `step-${String(i)}`, event, weight: 1 }));
    const window = `${String(one.windowSeconds)}s`;
    await api.post('/v1/journeys', aJourney({ key, order: one.order, window, stages }));
    const events = one.events.map(({ actor, event, at }) =>
      anEvent({ actor: `${key} ${actor}`, event, occurredAt: formatInstant(origin + at * 1000) }),
    );
    // In any order: what counts is when it happened.
    const shuffled = events.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? 1 : -1));
    expect(await api.post('/v1/events', shuffled)).toMatchObject({ status: 200 });
    const range = `from=${formatInstant(origin)}&to=${formatInstant(origin + 60 * DAY)}`;
    const { status, body } = await api.get(`/v1/journeys/${key}/funnel?${range}`);
    expect(status).toBe(200);
    // Once from the database, and once more from the copies of the days.
    const copies = eventCopies({ dataDir: api.folder });
    expect(await copyEvents(api.source, copies, Date.now())).toBeGreaterThan(0);
    const again = await api.get(`/v1/journeys/${key}/funnel?${range}`);
    expect(again.body).toEqual(body);
    const steps = body['steps'] as { reached: number; secondsFromPrevious: Body | null }[];
    expect(steps.map(({ reached }) => reached)).toEqual(one.expect.reached);
    for (const [i, seconds] of (one.expect.secondsFromPrevious ?? []).entries()) {
      if (seconds !== null) expect(steps[i]?.secondsFromPrevious).toMatchObject(seconds);
    }
    const metrics = await api.get(`/v1/journeys/${key}/metrics?${range}&bucket=1d`);
    const [first] = metrics.body['stages'] as { buckets: { entered: number }[] }[];
    const entered = first?.buckets.reduce((sum, bucket) => sum + bucket.entered, 0) ?? 0;
    expect(entered).toBeGreaterThanOrEqual(one.expect.reached[0] ?? 0);
  });
});
