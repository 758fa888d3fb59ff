import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { sumHours } from '../../../src/loop/sum-hours.js';
import { storedCells } from '../../../src/storage/stage-metric.store.js';
import type { Body } from '../../builders/bodies.js';
import { aJourney, anEvent, minutesAfter, minutesAgo } from '../../builders/bodies.js';
import { type Json, RunningApi } from '../../builders/running-api.js';

const MINUTE = 60_000;

interface Bucket {
  readonly bucketStart: string;
  readonly entered: number;
  readonly mature: Json;
  readonly immature: Json;
  readonly conversionRate: number | null;
}

interface Metrics {
  readonly revision: number;
  readonly computedAt: string | null;
  readonly stages: readonly { readonly stage: string; readonly buckets: readonly Bucket[] }[];
}

/** What the database keeps of one cell. */
interface Cell {
  readonly place: string;
  readonly revision: number;
  readonly entered: number;
  readonly converted: number;
}

describe('stage metrics', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
  });
  afterAll(() => api.stop());

  const metrics = async (journey: string, query: string): Promise<Metrics> => {
    const answer = await api.get(`/v1/journeys/${journey}/metrics?${query}`);
    expect(answer.status).toBe(200);
    return answer.body as unknown as Metrics;
  };
  const bucketsOf = ({ stages }: Metrics, stage: string): Bucket[] =>
    (stages.find((one) => one.stage === stage)?.buckets ?? []).filter(({ entered }) => entered > 0);
  const cells = async (journey: string): Promise<Map<string, Cell>> => {
    const everything = { from: 0, to: Date.now(), segment: null };
    const stored = await storedCells(api.source.manager, journey, everything);
    const found = stored.map(
      ({ stage, segment, bucketStart, revision, entered, converted }): Cell => {
        const time = new Date(bucketStart).toISOString().slice(11, 16);
        return { place: `${stage} ${time}${segment ?? ''}`, revision, entered, converted };
      },
    );
    return new Map(found.map((cell) => [cell.place, cell]));
  };

  it('count as dropped only those whose window has passed', async () => {
    await api.post('/v1/journeys', aJourney({ key: 'mature', stages: stagesOf('m') }));
    const walk = (actor: string, ago: number, far: number): Body[] =>
      ['m-cart', 'm-pay', 'm-done']
        .slice(0, far)
        .map((event, i) => anEvent({ actor, event, occurredAt: minutesAgo(ago - i) }));
    await api.post('/v1/events', [
      ...walk('old, all the way', 180, 3),
      ...walk('old, gone', 180, 1),
      ...walk('new, still here', 20, 1),
      ...walk('new, all the way', 20, 3),
    ]);
    const found = await metrics('mature', 'bucket=1d');
    const sum = (stage: string, part: 'mature' | 'immature', what: string): number =>
      bucketsOf(found, stage).reduce((total, bucket) => total + Number(bucket[part][what]), 0);
    expect(sum('cart', 'mature', 'entered')).toBe(2);
    expect(sum('cart', 'mature', 'converted')).toBe(1);
    expect(sum('cart', 'mature', 'dropped')).toBe(1);
    expect(sum('cart', 'immature', 'entered')).toBe(2);
    expect(sum('cart', 'immature', 'converted')).toBe(1);
    expect(sum('payment', 'mature', 'dropped')).toBe(0);
    // The last stage has none to convert to: it is mature at once, and nobody drops out of it.
    expect(sum('done', 'mature', 'dropped')).toBe(0);
    const young = await metrics('mature', `bucket=5m&from=${minutesAgo(40)}`);
    const rates = bucketsOf(young, 'cart').map(({ conversionRate }) => conversionRate);
    expect(rates).toEqual(rates.map(() => null));
  });

  it('are restated by late events: the touched buckets and no other', async () => {
    await api.post('/v1/journeys', aJourney({ key: 'late', stages: stagesOf('l') }));
    const at = (time: string): string => `2025-04-01T${time}:00Z`;
    const known = (event: string, actor: string, time: string, received: string): Body =>
      anEvent({ event, actor, occurredAt: at(time), receivedAt: at(received) });
    await api.post('/v1/events', [
      known('l-cart', 'ann', '10:01', '10:02'),
      known('l-cart', 'bob', '10:02', '10:03'),
      known('l-pay', 'bob', '10:11', '10:12'),
      known('l-cart', 'cid', '11:00', '11:01'),
    ]);
    const query = `from=${at('10:00')}&to=${at('12:00')}&bucket=5m`;
    const before = { metrics: await metrics('late', query), cells: await cells('late') };
    expect(bucketsOf(before.metrics, 'cart')).toMatchObject([
      { bucketStart: at('10:00').replace('Z', '.000Z'), entered: 2, conversionRate: 0.5 },
      { entered: 1, conversionRate: 0 },
    ]);

    const late = known('l-pay', 'ann', '10:20', '13:00');
    expect((await api.post('/v1/events', [late])).body).toMatchObject({ accepted: 1 });
    const after = { metrics: await metrics('late', query), cells: await cells('late') };
    const changed = [...after.cells].filter(
      ([place, cell]) => before.cells.get(place)?.revision !== cell.revision,
    );
    expect(changed).toEqual([
      ['cart 10:00', expect.objectContaining({ entered: 2, converted: 2, revision: 2 })],
      ['payment 10:20', expect.objectContaining({ entered: 1, revision: 1 })],
    ]);
    expect(after.metrics.revision).toBeGreaterThan(before.metrics.revision);
    expect(Date.parse(after.metrics.computedAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(before.metrics.computedAt ?? ''),
    );
    expect(bucketsOf(after.metrics, 'cart')[0]).toMatchObject({ conversionRate: 1 });

    await api.post('/v1/events', [late]);
    expect(await cells('late')).toEqual(after.cells);
  });

  it('by the hour are restated where events come late to hours that are added up', async () => {
    await api.post('/v1/journeys', aJourney({ key: 'hours', stages: stagesOf('h') }));
    const at = (day: number, time: string): string => `2025-03-0${day}T${time}:00Z`;
    const cart = (actor: string, occurredAt: string): Body =>
      anEvent({ event: 'h-cart', actor, occurredAt });
    await api.post('/v1/events', [cart('ann', at(2, '10:01')), cart('bob', at(3, '10:02'))]);
    const entries = async (): Promise<[string, number][]> => {
      const found = await metrics('hours', `from=${at(1, '00:00')}&to=${at(5, '00:00')}&bucket=1h`);
      expect(found.stages[0]?.buckets).toHaveLength(4 * 24);
      return bucketsOf(found, 'cart').map((bucket) => [bucket.bucketStart, bucket.entered]);
    };
    const hour = (day: number, time: string): string => at(day, time).replace('Z', '.000Z');
    const before = [
      [hour(2, '10:00'), 1],
      [hour(3, '10:00'), 1],
    ];
    expect(await entries()).toEqual(before);
    await sumHours(api.source);
    expect(await entries()).toEqual(before);
    await api.post('/v1/events', [cart('cid', at(3, '10:30')), cart('dan', at(4, '23:59'))]);
    const after = [before[0], [hour(3, '10:00'), 2], [hour(4, '23:00'), 1]];
    expect(await entries()).toEqual(after);
    await sumHours(api.source);
    expect(await entries()).toEqual(after);
  });

  it('move with an entry that turns out to be earlier, and leave nothing where it was', async () => {
    await api.post('/v1/journeys', aJourney({ key: 'earlier', stages: stagesOf('e') }));
    const at = (time: string): string => `2025-04-02T${time}:00Z`;
    const send = (event: string, time: string): Promise<unknown> =>
      api.post('/v1/events', anEvent({ event, actor: 'ann', occurredAt: at(time) }));
    await send('e-cart', '10:10');
    await send('e-pay', '10:20');
    await send('e-cart', '09:50');
    const query = `from=${at('09:00')}&to=${at('11:00')}&bucket=5m`;
    const found = await metrics('earlier', query);
    const entries = bucketsOf(found, 'cart').map(({ bucketStart, entered }) => [
      bucketStart.slice(11, 16),
      entered,
    ]);
    // One attempt, begun with its first entry; the rate cannot exceed one.
    expect(entries).toEqual([['09:50', 1]]);
    expect(bucketsOf(found, 'payment')).toHaveLength(1);
  });

  it('are the same whatever order and batches the events came in', async () => {
    const at = (minute: number): string => minutesAfter('2025-04-03T10:00:00Z', minute);
    const stream = (prefix: string): Body[] =>
      Array.from({ length: 60 }, (_, i) => {
        const event = ['cart', 'pay', 'done', 'cart', 'pay'][(i * 7) % 5] ?? '';
        const occurredAt = at((i * 37) % 150);
        return { event: `${prefix}-${event}`, actor: `${prefix}${String(i % 4)}`, occurredAt, i };
      }).map(({ i, ...rest }) => anEvent({ id: `${prefix}${String(i)}`, ...rest }));
    const orders: Readonly<Record<string, (events: Body[]) => Body[][]>> = {
      o1: (events) => [events],
      o2: (events) => events.map((event) => [event]),
      o3: (events) => [events.slice(40), events.slice(0, 13), events.slice(13, 40).reverse()],
    };
    const answers: unknown[] = [];
    for (const [prefix, batches] of Object.entries(orders)) {
      await api.post('/v1/journeys', aJourney({ key: prefix, stages: stagesOf(prefix) }));
      for (const batch of batches(stream(prefix))) await api.post('/v1/events', batch);
      const found = await metrics(prefix, `from=${at(-60)}&to=${at(300)}&bucket=5m`);
      answers.push(found.stages);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('are asked for in buckets of five minutes and in numbers that can be answered', async () => {
    for (const query of [
      'bucket=7m',
      'bucket=0s',
      'from=yesterday',
      'bucket=5m&from=2001-01-01T00:00:00Z',
    ]) {
      const answer = await api.get(`/v1/journeys/checkout/metrics?${query}`);
      expect([query, [400, 422].includes(answer.status)]).toEqual([query, true]);
    }
    const backwards = `from=${minutesAgo(0)}&to=${minutesAgo(60)}`;
    for (const what of ['metrics', 'funnel', 'time-to-value']) {
      const answer = await api.get(`/v1/journeys/checkout/${what}?${backwards}`);
      expect([what, answer.status, answer.body['errors']]).toMatchObject([
        ...[what, 422],
        [{ pointer: '/from', code: 'empty-range' }],
      ]);
    }
    const far = await api.get('/v1/journeys/checkout/metrics?to=9999-12-31T23:59:59Z&bucket=1d');
    expect(far.status).toBe(200);
  });

  it('count customers of every segment, in buckets of any size', async () => {
    await api.post('/v1/journeys', aJourney({ key: 'segmented', stages: stagesOf('s') }));
    const at = (minute: number): string => minutesAfter('2025-05-06T10:00:00Z', minute);
    const arrivals = ['mobile', 'desktop', undefined].map((segment, place) =>
      anEvent({
        event: 's-cart',
        actor: `actor ${place}`,
        occurredAt: at(5 + 10 * place),
        segment,
      }),
    );
    await api.post('/v1/events', arrivals);
    const [from, to] = ['2025-05-05T00:00:00Z', '2025-05-07T00:00:00Z'];
    for (const bucket of ['5m', '15m', '30m', '1h', '6h', '1d']) {
      const entered = async (more: string): Promise<number> => {
        const query = `from=${from}&to=${to}&bucket=${bucket}${more}`;
        const [cart] = (await metrics('segmented', query)).stages;
        return cart?.buckets.reduce((sum, one) => sum + one.entered, 0) ?? 0;
      };
      expect([bucket, await entered('')]).toEqual([bucket, 3]);
      expect([bucket, await entered('&segment=mobile')]).toEqual([bucket, 1]);
    }
  });

  it('have a funnel beside them, over any stretch of time', async () => {
    await api.post('/v1/journeys', aJourney({ key: 'funnel', stages: stagesOf('f') }));
    const at = (minute: number): string => minutesAfter('2025-04-04T10:00:00Z', minute);
    const events = ['f-cart 0', 'f-pay 5', 'f-cart 10', 'f-done 20'].map((text) => {
      const [event, minute] = text.split(' ');
      return anEvent({ event, actor: 'ann', occurredAt: at(Number(minute)), segment: 'mobile' });
    });
    const other = anEvent({ event: 'f-cart', actor: "o'hara", occurredAt: at(1) });
    await api.post('/v1/events', [...events, other]);
    const funnel = async (query: string): Promise<unknown> => {
      const range = `from=${at(0)}&to=${at(60)}&${query}`;
      const answer = await api.get(`/v1/journeys/funnel/funnel?${range}`);
      expect(answer.status).toBe(200);
      return (answer.body['steps'] as { reached: number }[]).map(({ reached }) => reached);
    };
    expect(await funnel('')).toEqual([2, 1, 1]);
    expect(await funnel('segment=mobile')).toEqual([1, 1, 1]);
    expect(await funnel("segment=mo'bile")).toEqual([0, 0, 0]);
    expect(await funnel('window=15m')).toEqual([2, 1, 0]);
    expect(await funnel('order=strict')).toEqual([2, 1, 0]);
    const none = await api.get('/v1/journeys/funnel/funnel?window=0s');
    expect([none.status, none.body['errors']]).toMatchObject([
      400,
      [{ pointer: '/window', code: 'bad-duration' }],
    ]);
  });
});

/** The stages of the usual journey over events of one test's own. */
function stagesOf(prefix: string): Body[] {
  return [
    { key: 'cart', event: `${prefix}-cart`, weight: 0.5 },
    { key: 'payment', event: `${prefix}-pay`, weight: 0.9 },
    { key: 'done', event: `${prefix}-done`, weight: 1 },
  ];
}

describe('stage metrics from a warehouse', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
  });
  afterAll(() => api.stop());

  const start = new Date(Math.floor(Date.now() / (60 * MINUTE)) * 60 * MINUTE - 180 * MINUTE);
  const aMetric = (overrides: Body = {}): Body => ({
    journey: 'checkout',
    stage: 'cart',
    bucketStart: start.toISOString(),
    bucket: '15m',
    entered: 100,
    converted: 60,
    ...overrides,
  });
  const cart = async (): Promise<{ revision: unknown; buckets: Json[] }> => {
    const to = new Date(start.getTime() + 60 * MINUTE).toISOString();
    const answer = await api.get(
      `/v1/journeys/checkout/metrics?from=${start.toISOString()}&to=${to}`,
    );
    const [stage] = answer.body['stages'] as { buckets: Json[] }[];
    return { revision: answer.body['revision'], buckets: stage?.buckets ?? [] };
  };

  it('are taken, repeated and restated', async () => {
    const first = await api.post('/v1/stage-metrics', [aMetric()]);
    expect(first).toMatchObject({ status: 200, body: { accepted: 1, duplicates: 0 } });
    const repeat = await api.post('/v1/stage-metrics', [aMetric()]);
    expect(repeat).toMatchObject({ status: 200, body: { accepted: 0, duplicates: 1 } });
    expect(await cart()).toMatchObject({
      revision: 1,
      buckets: [{ entered: 100, mature: { entered: 100, converted: 60 }, conversionRate: 0.6 }],
    });
    const restated = await api.post('/v1/stage-metrics', [
      aMetric({ entered: 110, converted: 66 }),
    ]);
    expect(restated.body).toMatchObject({ accepted: 1 });
    expect(await cart()).toMatchObject({ revision: 2, buckets: [{ entered: 110 }] });
    const [logged] = await api.source.query<Json[]>(
      'SELECT sum(entered)::int AS entered, sum(converted)::int AS converted FROM stage_metric_change',
    );
    expect(logged).toEqual({ entered: 110, converted: 66 });
  });

  it('are refused one by one', async () => {
    const odd = new Date(start.getTime() + MINUTE).toISOString();
    const answer = await api.post('/v1/stage-metrics', [
      aMetric({ bucketStart: odd }),
      aMetric({ entered: 5, converted: 6 }),
      aMetric({ journey: 'nothing' }),
      aMetric({ stage: 'nothing' }),
      aMetric({ bucket: '7m' }),
      aMetric({ bucket: '2h', bucketStart: start.toISOString() }),
      aMetric({ entered: 1.5 }),
      aMetric({ entered: -1, converted: -1 }),
      aMetric({ entered: 3_000_000_000 }),
      aMetric({
        bucketStart: new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000).toISOString(),
      }),
      aMetric({ bucket: '1ms' }),
      aMetric({ segment: 'mobile' }),
    ]);
    expect(answer).toMatchObject({ status: 207, body: { accepted: 1 } });
    expect(answer.body['rejected']).toMatchObject([
      { index: 0, pointer: '/bucketStart', code: 'unaligned-bucket' },
      { index: 1, pointer: '/converted', code: 'inconsistent' },
      { index: 2, pointer: '/journey', code: 'unknown-journey' },
      { index: 3, pointer: '/stage', code: 'unknown-stage' },
      { index: 4, pointer: '/bucket', code: 'unsupported-bucket' },
      { index: 5, pointer: '/bucket', code: 'unsupported-bucket' },
      { index: 6, pointer: '/entered', code: 'wrong-type' },
      { index: 7, pointer: '/entered', code: 'out-of-range' },
      { index: 8, pointer: '/entered', code: 'out-of-range' },
      { index: 9, pointer: '/bucketStart', code: 'future-time' },
      { index: 10, pointer: '/bucket', code: 'unsupported-bucket' },
    ]);
  });
});
