import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Body } from '../../builders/bodies.js';
import { aJourney, anEvent, minutesAgo, minutesAfter } from '../../builders/bodies.js';
import { type Answer, type Json, RunningApi } from '../../builders/running-api.js';

const rejection = (index: number, pointer: string, code: string): Json =>
  expect.objectContaining({ index, pointer, code });

const lines = (...items: readonly unknown[]): string =>
  items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n');

/** A value nested so deep that nobody means it, as text: writing it would take as much recursion. */
const DEEP = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;

describe('events', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    await api.post('/v1/journeys', aJourney());
  });
  afterAll(() => api.stop());

  const send = (body: unknown, key?: string): Promise<Answer> =>
    api.post('/v1/events', body, key === undefined ? {} : { key });
  const stored = async (source: string): Promise<number> => {
    const sql = 'SELECT count(*)::int AS n FROM journey_event WHERE source = $1';
    const [row] = await api.source.query<{ n: number }[]>(sql, [source]);
    return row?.n ?? 0;
  };
  const refusals = async (...events: readonly Body[]): Promise<unknown> => {
    const answer = await send([anEvent(), ...events]);
    expect([answer.status, answer.body['accepted']]).toEqual([207, 1]);
    return answer.body['rejected'];
  };

  describe('in an array', () => {
    it('are taken once', async () => {
      const events = [anEvent(), anEvent(), anEvent({ id: undefined, actor: 'no id' })];
      const first = await send(events);
      expect(first).toMatchObject({
        status: 200,
        body: { accepted: 3, duplicates: 0, rejected: [] },
      });
      const again = { status: 200, body: { accepted: 0, duplicates: 3, rejected: [] } };
      expect(await send(events)).toMatchObject(again);
      // When it was sent is not what was sent.
      const resent = events.map((event) => ({ ...event, sentAt: minutesAgo(1) }));
      expect(await send(resent)).toMatchObject(again);
      expect(await send(anEvent())).toMatchObject({ status: 200, body: { accepted: 1 } });
    });

    it('conflict where an id comes with other content', async () => {
      const [one, two] = [anEvent(), anEvent()];
      await send([one, two]);
      const answer = await send([anEvent(), { ...two, actor: 'other' }, one, anEvent()]);
      expect(answer.status).toBe(207);
      expect(answer.body).toMatchObject({
        accepted: 2,
        duplicates: 1,
        rejected: [rejection(1, '/id', 'conflict')],
      });
      expect(await send({ ...one, source: 'app' })).toMatchObject({ body: { accepted: 1 } });
    });

    it('may repeat and contradict themselves within one batch', async () => {
      const one = anEvent({ source: 'twice' });
      const answer = await send([one, one, { ...one, segment: 'mobile' }]);
      expect(answer.status).toBe(207);
      expect(answer.body).toMatchObject({
        accepted: 1,
        duplicates: 1,
        rejected: [rejection(2, '/id', 'conflict')],
      });
      expect(await stored('twice')).toBe(1);
    });

    it('are refused one by one for their times', async () => {
      const times: readonly (readonly [string, string])[] = [
        ['1999-12-31T23:59:59.999Z', 'too-old'],
        ['0001-01-01T00:00:00Z', 'too-old'],
        ['2026-02-30T00:00:00Z', 'bad-time'],
        ['2025-02-29T00:00:00Z', 'bad-time'],
        ['99999-01-01T00:00:00Z', 'bad-time'],
        ['+012026-01-01T00:00:00Z', 'bad-time'],
        ['2026-01-01T25:00:00Z', 'bad-time'],
        ['2026-01-01T00:00:00', 'bad-time'],
        ['2026-01-01', 'bad-time'],
        ['yesterday', 'bad-time'],
        ['', 'bad-time'],
        ['9999-12-31T23:59:59-23:59', 'future-time'],
        [minutesAgo(-2), 'future-time'],
      ];
      const events = times.map(([occurredAt]) => anEvent({ occurredAt }));
      expect(await refusals(...events)).toEqual(
        times.map(([, code], i) => rejection(i + 1, '/occurredAt', code)),
      );
      const wrong = [1_700_000_000_000, null, {}].map((occurredAt) => anEvent({ occurredAt }));
      const types = wrong.map((_, i) => rejection(i + 1, '/occurredAt', 'wrong-type'));
      expect(await refusals(...wrong)).toEqual(types);
      expect(await refusals(anEvent({ sentAt: minutesAgo(-2) }))).toEqual([
        rejection(1, '/sentAt', 'future-time'),
      ]);
      const leap = anEvent({ occurredAt: '2024-02-29T23:59:59.123456789+05:30' });
      expect(await send(leap)).toMatchObject({ status: 200 });
    });

    it('are refused one by one for their fields', async () => {
      const csat = (score: unknown): Body => anEvent({ satisfaction: { scale: 'csat', score } });
      const nps = (score: unknown): Body => anEvent({ satisfaction: { scale: 'nps', score } });
      expect(
        await refusals(
          anEvent({ actor: undefined }),
          anEvent({ actor: '' }),
          anEvent({ event: 'x'.repeat(301) }),
          anEvent({ colour: 'red' }),
          csat(0),
          csat(5.5),
          nps(-1),
          nps(11),
          nps('9'),
          anEvent({ satisfaction: { scale: 'stars', score: 5 } }),
          anEvent({ properties: [] }),
        ),
      ).toEqual([
        rejection(1, '/actor', 'required'),
        rejection(2, '/actor', 'out-of-range'),
        rejection(3, '/event', 'out-of-range'),
        rejection(4, '/colour', 'unknown-key'),
        rejection(5, '/satisfaction/score', 'out-of-range'),
        rejection(6, '/satisfaction/score', 'out-of-range'),
        rejection(7, '/satisfaction/score', 'out-of-range'),
        rejection(8, '/satisfaction/score', 'out-of-range'),
        rejection(9, '/satisfaction/score', 'wrong-type'),
        rejection(10, '/satisfaction/scale', 'invalid-value'),
        rejection(11, '/properties', 'wrong-type'),
      ]);
      for (const item of [null, 5, 'text', []]) {
        expect(await send([anEvent(), item])).toMatchObject({
          status: 207,
          body: { rejected: [rejection(1, '', 'wrong-type')] },
        });
      }
    });

    it('that the database cannot hold do not block their batch', async () => {
      expect(
        await refusals(
          anEvent({ actor: 'a\0b' }),
          anEvent({ properties: { note: 'a\0b' } }),
          anEvent({ properties: { 'a\0b': 1 } }),
          anEvent({ properties: { deep: [{ note: 'half \ud83d' }] } }),
          anEvent({ segment: '\udc00' }),
        ),
      ).toEqual([
        rejection(1, '/actor', 'bad-text'),
        rejection(2, '/properties', 'bad-text'),
        rejection(3, '/properties', 'bad-text'),
        rejection(4, '/properties', 'bad-text'),
        rejection(5, '/segment', 'bad-text'),
      ]);
      const deep = JSON.stringify(anEvent({ properties: { deep: 0 } })).replace(/0(?=}})/, DEEP);
      const answer = await api.stream('/v1/events', lines(anEvent(), deep, anEvent()));
      expect(answer).toMatchObject({ status: 207, body: { accepted: 2 } });
      expect(answer.body['rejected']).toEqual([rejection(1, '/properties', 'too-deep')]);
      // Text that only looks like an escape is text.
      const odd = anEvent({ properties: { path: 'C:\\u0000', pair: '\\ud83d', '\\ud800': '💥' } });
      expect(await send(odd)).toMatchObject({ status: 200, body: { accepted: 1 } });
    });

    it('of which none is good are answered with 422', async () => {
      const answer = await send([anEvent({ actor: 1 })]);
      expect(answer).toMatchObject({ status: 422, body: { accepted: 0, duplicates: 0 } });
      expect(answer.body['rejected']).toEqual([rejection(0, '/actor', 'wrong-type')]);
    });

    it('are refused as a whole where there are too many, none, or no events at all', async () => {
      const many = await send(Array.from({ length: 10_001 }, () => 1));
      expect(many).toMatchObject({ status: 422, body: { status: 422 } });
      expect(many.body['detail']).toMatch(/10001 items, at most 10000/);
      for (const body of [[], 'text', 5, null]) {
        const answer = await send(body);
        expect([body, answer.status]).toEqual([body, 422]);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
      }
    });

    it('may be ten thousand', async () => {
      const events = Array.from({ length: 10_000 }, (_, i) =>
        anEvent({ source: 'many', id: String(i), actor: `many-${String(i % 1000)}` }),
      );
      expect(await send(events)).toMatchObject({ status: 200, body: { accepted: 10_000 } });
      expect(await stored('many')).toBe(10_000);
    });

    it('begin new days at once from many senders', async () => {
      const days = [0, 1, 2, 3].map((day) => `2019-05-0${String(day + 1)}T12:00:00Z`);
      const batch = (): Body[] =>
        days.map((occurredAt) => anEvent({ occurredAt, source: 'at once' }));
      const answers = await Promise.all(Array.from({ length: 12 }, () => send(batch())));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(await stored('at once')).toBe(12 * 4);
    });
  });

  describe('as an NDJSON stream', () => {
    it('are taken line by line, blank lines and all', async () => {
      const event = anEvent({ source: 'lines' });
      const answer = await api.stream(
        '/v1/events',
        `\n${lines(event, '', '  ', '{"half": ', anEvent({ actor: 1 }), 'null')}\r\n\n${lines(event)}\r\n`,
      );
      expect(answer.status).toBe(207);
      expect(answer.body).toMatchObject({
        accepted: 1,
        duplicates: 1,
        rejected: [
          rejection(4, '', 'malformed-json'),
          rejection(5, '/actor', 'wrong-type'),
          rejection(6, '', 'wrong-type'),
        ],
      });
    });

    it('lose a last line that was cut off, and nothing else', async () => {
      const [one, two] = [anEvent({ source: 'cut' }), anEvent({ source: 'cut' })];
      const text = lines(one, two);
      const cut = await api.stream('/v1/events', text.slice(0, -20));
      expect(cut).toMatchObject({ status: 207, body: { accepted: 1 } });
      expect(cut.body['rejected']).toEqual([rejection(1, '', 'malformed-json')]);
      const again = await api.stream('/v1/events', text);
      expect(again).toMatchObject({ status: 200, body: { accepted: 1, duplicates: 1 } });
    });

    it('pass over a line that is too long', async () => {
      const long = anEvent({ properties: { note: 'x'.repeat(2 * 1024 * 1024) } });
      const answer = await api.stream('/v1/events', lines(anEvent(), long, anEvent()));
      expect(answer).toMatchObject({ status: 207, body: { accepted: 2 } });
      expect(answer.body['rejected']).toEqual([rejection(1, '', 'line-too-long')]);
    });

    it('that are empty hold nothing to refuse', async () => {
      const empty = { status: 200, body: { accepted: 0, duplicates: 0, rejected: [] } };
      expect(await api.stream('/v1/events', '\n\n')).toMatchObject(empty);
    });

    it('may be longer than an array, and sent again where they were cut off', async () => {
      const events = Array.from({ length: 15_000 }, (_, i) =>
        JSON.stringify(anEvent({ source: 'long', id: String(i), actor: `l-${String(i % 500)}` })),
      );
      const { hostname, port } = new URL(api.url);
      const key = await api.keyOf('ingest');
      const socket = connect(Number(port), hostname);
      socket.write(
        `POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
          `Content-Type: application/x-ndjson\r\nContent-Length: 99999999\r\n\r\n`,
      );
      socket.write(`${events.slice(0, 12_000).join('\n')}\n{"half`);
      for (let tries = 0; (await stored('long')) < 10_000 && tries < 400; tries += 1) {
        await sleep(50);
      }
      socket.destroy();
      await sleep(200);
      expect(await stored('long')).toBe(10_000);
      const again = await api.stream('/v1/events', events.join('\n'));
      expect(again).toMatchObject({
        status: 200,
        body: { accepted: 5000, duplicates: 10_000, rejected: [] },
      });
      expect((await api.get('/livez')).status).toBe(200);
    });

    it('may be of more days than one transaction can hold, an array may not', async () => {
      const old = Array.from({ length: 420 }, (_, i) =>
        anEvent({ source: 'old', occurredAt: minutesAgo((((i * 11) % 420) + 1) * 24 * 60) }),
      );
      const refused = await send(old);
      expect(refused).toMatchObject({
        status: 422,
        body: { type: expect.stringMatching(/too-many-days$/) },
      });
      expect(await stored('old')).toBe(0);
      const text = lines(...old, anEvent({ ...old[7], actor: 'other' }), old[9]);
      const taken = await api.stream('/v1/events', text);
      expect(taken).toMatchObject({ status: 207, body: { accepted: 420, duplicates: 1 } });
      expect(taken.body['rejected']).toMatchObject([{ index: 420, code: 'conflict' }]);
      expect(await stored('old')).toBe(420);
    }, 30_000);

    it('are told of what is refused as far as memory goes, the rest is counted', async () => {
      const bad = 'x\n'.repeat(60_000);
      const name = 'n'.repeat(100_000);
      const long = lines({ ...anEvent(), [name]: 1 });
      const text = `${lines(anEvent())}\n${long}\n${bad}${lines(anEvent())}\n`;
      const answer = await api.stream('/v1/events', text);
      expect(answer).toMatchObject({ status: 207, body: { accepted: 2, untold: 59_001 } });
      const rejected = answer.body['rejected'] as Json[];
      expect(rejected).toHaveLength(1_000);
      expect(rejected.at(-1)).toMatchObject({ index: 1_000, code: 'malformed-json' });
      expect(answer.text.length).toBeLessThan(100_000);
      expect((await api.stream('/v1/events', lines(anEvent()))).body).not.toHaveProperty('untold');
    });

    it('are no body for anything else', async () => {
      for (const path of ['anomalies', 'predictions', 'changes', 'outcomes', 'journeys']) {
        const answer = await api.stream(`/v1/${path}`, lines(anEvent()));
        expect([path, answer.status]).toEqual([path, 415]);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
      }
    });
  });

  it('come as JSON or NDJSON, neither packed nor cut', async () => {
    const text = JSON.stringify([anEvent()]);
    const post = (
      type: string,
      body: string | Uint8Array,
      more: Record<string, string> = {},
    ): Promise<Answer> =>
      api.request('POST', '/v1/events', body, { headers: { 'content-type': type, ...more } });
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const answer = await post(type, text);
      expect([type, answer.status]).toEqual([type, 415]);
      expect(answer.body).toMatchObject({ status: 415, errors: [] });
    }
    const packed = await post('application/json', gzipSync(text), { 'content-encoding': 'gzip' });
    expect(packed.status).toBe(415);
    expect(packed.headers.get('accept-encoding')).toBe('identity');
    const malformed = await post('application/json', text.slice(0, -3));
    expect(malformed.status).toBe(400);
    expect(malformed.body['type']).toMatch(/malformed-json$/);
    expect((await post('application/json', '')).status).toBe(400);
    const big = await post('application/json', `["${'x'.repeat(50 * 1024 * 1024)}"]`);
    expect(big.status).toBe(413);
    expect(big.body['type']).toMatch(/body-too-large$/);
  });

  it('are dated back by who may backfill alone', async () => {
    const occurredAt = '2025-03-03T10:00:00Z';
    const receivedAt = minutesAfter(occurredAt, 5);
    const event = anEvent({ occurredAt, receivedAt, source: 'dated' });
    const key = await api.keyOf('ingest');
    const refusal = await send([event, anEvent()], key);
    expect(refusal.status).toBe(207);
    expect(refusal.body['rejected']).toEqual([
      rejection(0, '/receivedAt', 'backfill-scope-required'),
    ]);
    expect(await refusals({ ...event, receivedAt: minutesAfter(occurredAt, -1) })).toEqual([
      rejection(1, '/occurredAt', 'future-time'),
    ]);
    expect(await refusals({ ...event, receivedAt: minutesAgo(-5) })).toEqual([
      rejection(1, '/receivedAt', 'future-time'),
    ]);
    expect(await send(event)).toMatchObject({ status: 200 });
    const sql = `SELECT received_at FROM journey_event WHERE source = 'dated'`;
    const [row] = await api.source.query<{ received_at: Date }[]>(sql);
    expect(row?.received_at.toISOString()).toBe(receivedAt);
  });

  it('that failed in the middle leave nothing behind', async () => {
    // The last table that a batch writes to is gone for a moment: everything before must go too.
    await api.source.query('ALTER TABLE event_batch RENAME TO event_batch_away');
    const event = anEvent({ source: 'half', actor: 'half' });
    const failed = await send(event);
    await api.source.query('ALTER TABLE event_batch_away RENAME TO event_batch');
    expect(failed.status).toBe(500);
    expect(failed.body).toMatchObject({
      errors: [],
      detail: expect.not.stringMatching(/batch/),
    });
    expect(await stored('half')).toBe(0);
    expect(await send(event)).toMatchObject({ status: 200, body: { accepted: 1, duplicates: 0 } });
  });
});
