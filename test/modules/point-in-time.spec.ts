import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Body } from '../builders/bodies.js';
import { aJourney, minutesAfter } from '../builders/bodies.js';
import { type Json, RunningApi } from '../builders/running-api.js';

const START = '2025-03-03T00:00:00Z';
const DAYS = 5;
const MINUTES = DAYS * 24 * 60;

/** When the anomaly in question comes, in minutes after the start. */
const T = MINUTES + 5;

const at = (minute: number): string => minutesAfter(START, minute);

/** One record of a history: where it goes, and when it became known, in minutes after the start. */
interface Line {
  readonly path: string;
  readonly known: number;
  readonly body: Body;
}

const line = (path: string, known: number, body: Body): Line => ({
  path,
  known,
  body: { ...body, receivedAt: at(known) },
});

/** How long after the start of an episode its outcome is measured: horizon, search, window, lateness. */
const DUE_AFTER = 60 + 360 + 60 + 15;

/** Trouble with payments: every other one does harm; the last one's outcome has only just become due. */
const troubles = Array.from({ length: 2 * DAYS - 1 }, (_, i) => {
  const isLast = i === 2 * DAYS - 2;
  const start = isLast ? T - DUE_AFTER - 12 : 300 + i * 700 + (i % 3) * 17;
  return { i, start, harms: i % 2 === 0 };
});

function payingShare(minute: number): number {
  const hurt = troubles.some(({ start, harms }) => harms && minute >= start && minute < start + 70);
  return hurt ? 0 : 3;
}

/** Four come every ten minutes; three of them pay and are done, unless there is trouble. */
function traffic(): Line[] {
  const lines: Line[] = [];
  for (let minute = 0; minute < MINUTES; minute += 10) {
    for (let n = 0; n < 4; n += 1) {
      const actor = `${String(minute)}-${String(n)}`;
      const walk = n < payingShare(minute) ? ['cart', 'pay', 'done'] : ['cart'];
      walk.forEach((event, i) => {
        const id = `${actor}-${event}`;
        const when = minute + n + i;
        const known = when + (n === 3 ? 40 : 1);
        const segment = n % 2 === 0 ? 'mobile' : 'web';
        lines.push(line('events', known, { id, actor, event, occurredAt: at(when), segment }));
      });
    }
  }
  return lines;
}

function anomaly(id: string, start: number, more: Body = {}): Body {
  const labels = { service: 'payment' };
  const fixed = { source: 'prometheus', name: 'PaymentErrors', severity: 'error', labels };
  return { id, ...fixed, fingerprint: id, startedAt: at(start), ...more };
}

/** What fired in each trouble: an alert that ends, one that comes again, and one that never ends. */
function alerts(): Line[] {
  return troubles.flatMap(({ i, start, harms }) => {
    const value = { value: harms ? 0.4 : 0.06, threshold: 0.05, comparison: '>' };
    const first = anomaly(`errors-${String(i)}`, start + 2, value);
    const again = { name: 'SlowPayments', fingerprint: 'slow', severity: 'warning' };
    const [one, two] = [0, 20].map((later) =>
      anomaly(`slow-${String(i)}-${String(later)}`, start + 5 + later, again),
    );
    const cart = anomaly(`cart-${String(i)}`, start + 1, {
      name: 'CartErrors',
      labels: { service: 'cart' },
    });
    return [
      line('anomalies', start + 3, first),
      line('anomalies', start + 45, { ...first, endedAt: at(start + 44), peakValue: 0.5 }),
      line('anomalies', start + 6, { ...one, endedAt: at(start + 6) }),
      line('anomalies', start + 16, { ...one, endedAt: at(start + 14) }),
      line('anomalies', start + 26, two ?? {}),
      line('anomalies', start + 3, cart),
    ];
  });
}

function peopleSaid(): Line[] {
  return troubles.flatMap(({ i, start, harms }) => {
    const anomalyId = `errors-${String(i)}`;
    const incident = { title: 'Payments', severity: 'error', anomalyIds: [anomalyId] };
    const id = `incident-${String(i)}`;
    const detectedAt = at(start + 10);
    const release = { kind: 'release', title: 'payment', labels: { service: 'payment' } };
    const verdict = harms ? 'caused' : 'unrelated';
    const said = { anomalyId, journey: 'checkout', stage: 'payment', failure: harms, verdict };
    return [
      line('changes', start - 20, {
        id: `release-${String(i)}`,
        ...release,
        occurredAt: at(start - 21),
      }),
      line('incidents', start + 11, { id, ...incident, detectedAt }),
      line('incidents', start + 42, { id, ...incident, detectedAt, mitigatedAt: at(start + 40) }),
      line('outcomes', start + 400, {
        id: `said-${String(i)}`,
        ...said,
        author: 'ada',
        source: 'human',
      }),
    ];
  });
}

const byKnown = (lines: readonly Line[]): Line[] =>
  lines.toSorted((a, b) => a.known - b.known || (a.path < b.path ? -1 : Number(a.path > b.path)));

/** Sends lines in the order in which they became known, runs of one kind in batches; tells what was predicted. */
async function send(api: RunningApi, lines: readonly Line[], most: number): Promise<string[]> {
  const answers: string[] = [];
  for (let from = 0; from < lines.length;) {
    const path = lines[from]?.path ?? '';
    let to = from;
    while (to < lines.length && to - from < most && lines[to]?.path === path) to += 1;
    const answer = await api.post(
      `/v1/${path}`,
      lines.slice(from, to).map(({ body }) => body),
    );
    expect([path, answer.status, answer.body['rejected'] ?? []]).toEqual([path, 200, []]);
    if (path === 'anomalies') {
      const results = answer.body['results'] as Json[];
      expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
      answers.push(...results.map(({ index: _, ...result }) => JSON.stringify(result)));
    }
    from = to;
  }
  return answers;
}

/** Everything up to the moment in question, and the anomalies of that moment. */
const PAST = byKnown(
  [...traffic(), ...alerts(), ...peopleSaid()].filter(({ known }) => known <= T),
);
const RATIO = { value: 0.2, threshold: 0.05, comparison: '>' };
const ASKED = [
  line(
    'anomalies',
    T,
    anomaly('asked-cart', T - 1, { name: 'CartErrors', labels: { service: 'cart' } }),
  ),
  line('anomalies', T, anomaly('asked', T - 1, RATIO)),
];

/** Open, just ended and coming again at the moment in question. */
const LATELY = byKnown([
  line('anomalies', T - 30, anomaly('open', T - 32, { severity: 'critical' })),
  line('anomalies', T - 20, anomaly('ended', T - 25, { fingerprint: 'back', endedAt: at(T - 21) })),
  line('changes', T - 60, {
    id: 'release-lately',
    kind: 'release',
    title: 'cart',
    labels: { service: 'cart' },
    occurredAt: at(T - 61),
  }),
]);

/** What became known only after the moment in question, though much of it happened before. */
function future(): Line[] {
  const last = troubles.at(-1)?.i ?? 0;
  const person = { journey: 'checkout', author: 'bob', source: 'human' };
  const lateEvents = Array.from({ length: 300 }, (_, i) =>
    line('events', T + 2 + (i % 50), {
      id: `late-${String(i)}`,
      actor:
        i % 2 === 0
          ? `late-${String(i)}`
          : `${String(MINUTES - 600 + i - ((MINUTES - 600 + i) % 10))}-3`,
      event: ['cart', 'pay', 'done'][i % 3] ?? '',
      occurredAt: at(T - 300 + i),
    }),
  );
  return byKnown([
    ...lateEvents,
    line('outcomes', T + 1, {
      id: 'late-word',
      anomalyId: `cart-${String(last)}`,
      stage: 'cart',
      failure: false,
      verdict: 'unrelated',
      ...person,
    }),
    line('outcomes', T + 1, {
      id: 'late-word-2',
      anomalyId: `slow-${String(last)}-0`,
      stage: 'payment',
      failure: true,
      verdict: 'caused',
      ...person,
    }),
    line('outcomes', T + 2, {
      id: 'late-correction',
      anomalyId: 'errors-2',
      stage: 'payment',
      failure: false,
      verdict: 'unrelated',
      supersedes: 'said-2',
      ...person,
    }),
    line('incidents', T + 3, {
      id: `incident-${String(last)}`,
      title: 'Payments, after all',
      severity: 'critical',
      anomalyIds: [`slow-${String(last)}-0`],
      detectedAt: at((troubles.at(-1)?.start ?? 0) + 10),
      mitigatedAt: at((troubles.at(-1)?.start ?? 0) + 12),
    }),
    line('changes', T + 3, {
      id: 'release-lately',
      kind: 'flag',
      title: 'payment, not cart',
      labels: { service: 'payment' },
      occurredAt: at(T - 61),
    }),
    line('changes', T + 3, {
      id: 'release-unseen',
      kind: 'release',
      title: 'payment',
      labels: { service: 'payment' },
      occurredAt: at(T - 10),
    }),
    line('anomalies', T + 4, anomaly('back again', T - 8, { fingerprint: 'back' })),
    line('anomalies', T + 4, anomaly('open', T - 32, { severity: 'critical', endedAt: at(T - 3) })),
    line('anomalies', T + 5, anomaly('unseen', T - 40, { severity: 'critical' })),
    line('anomalies', T + 5, anomaly('unseen twin', T - 2, { fingerprint: 'asked' })),
    line('anomalies', T + 3000, anomaly('much later', T + 2999)),
  ]);
}

describe('a prediction is made of what was known at its moment', () => {
  const worlds: RunningApi[] = [];
  const predicted: string[][] = [];

  /** A service that lived through the past, sent in batches of its own. */
  const live = async (most: number): Promise<{ api: RunningApi; answers: string[] }> => {
    const api = await RunningApi.start();
    worlds.push(api);
    await api.post('/v1/journeys', { ...aJourney(), receivedAt: START });
    const answers = await send(api, byKnown([...PAST, ...LATELY]), most);
    predicted.push(answers);
    return { api, answers };
  };
  const asked: string[] = [];

  beforeAll(async () => {
    const plain = await live(5000);
    asked.push(...(await send(plain.api, ASKED, 1)));
    const informed = await live(83);
    await send(informed.api, future(), 100);
    asked.push(...(await send(informed.api, ASKED, 1)));
  }, 180_000);
  afterAll(async () => {
    for (const api of worlds) await api.stop();
  });

  it('and is about something: history, outcomes, traffic and what else is open', () => {
    const result = JSON.parse(asked[1] ?? '') as Json;
    const [prediction] = result['predictions'] as Json[];
    expect(prediction).toMatchObject({ journey: 'checkout', stage: 'payment', abstained: false });
    expect(prediction?.['stale']).toEqual([expect.stringContaining('release')]);
    expect(Number(prediction?.['dataFreshnessSeconds'])).toBeLessThan(3600);
  });

  it('whatever became known later and is stored before it', () => {
    const [plain, informed] = [asked.slice(0, 2), asked.slice(2)];
    expect(informed).toEqual(plain);
  });

  it('however the records up to it were cut into batches', () => {
    expect(predicted[0]?.length).toBeGreaterThan(50);
    expect(predicted[1]).toEqual(predicted[0]);
  });

  const featuresIn = async (api: RunningApi | undefined): Promise<Json[]> => {
    const sql = `SELECT features FROM prediction WHERE anomaly_id LIKE 'asked%' ORDER BY anomaly_id`;
    const found = (await api?.source.query<{ features: Json }[]>(sql)) ?? [];
    return found.map(({ features }) => features);
  };

  it('and so are its features, what was open and what was known of outcomes among them', async () => {
    const plain = await featuresIn(worlds[0]);
    expect(plain).toHaveLength(2);
    expect(await featuresIn(worlds[1])).toEqual(plain);
  });

  it('and outcomes measured by then are the same too', async () => {
    const measured = async (api: RunningApi | undefined): Promise<unknown> =>
      await api?.source.query(
        `SELECT id, failure, failure_probability, conversions_lost, mitigation, known_at FROM outcome
         WHERE source = 'measured' AND known_at <= $1 ORDER BY id`,
        [at(T)],
      );
    const plain = (await measured(worlds[0])) as Json[];
    expect(plain.filter(({ failure }) => failure === true).length).toBeGreaterThan(0);
    expect(await measured(worlds[1])).toEqual(plain);
  });
});
