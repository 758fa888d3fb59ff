// What is read of ten million stored events: an ad-hoc funnel against DuckDB over Parquet of the same
// events, and 90 days of a journey's metrics by the hour. The events are put straight into the
// service's own tables; how fast they come in through the API is another benchmark's question.
//   node test/bench/stored-events.js [--events 10000000]
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { DuckDBInstance } from '@duckdb/node-api';

import { startEmbeddedPostgres } from '../../dist/app/database/embedded-postgres.js';
import { copyEvents } from '../../dist/loop/copy-events.js';
import { sumHours } from '../../dist/loop/sum-hours.js';
import { openDataSource } from '../../dist/storage/data-source.js';
import { EventCopies } from '../../dist/storage/event-copies.js';
import { ensurePartitions } from '../../dist/storage/event-partition.store.js';

const { values } = parseArgs({ options: { events: { type: 'string', default: '10000000' } } });
const EVENTS = Number(values.events);
const DAYS = 90;
const DAY = 86_400_000;
const KEY = 'bench';
const STAGES = ['cart_viewed', 'payment_opened', 'order_placed', 'delivery_confirmed'];
const today = Math.floor(Date.now() / DAY) * DAY;
const origin = today - DAYS * DAY;
const print = (text) => process.stdout.write(`${text}\n`);

async function timed(work) {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

/** The middle one of some runs; the first one is not counted. */
async function median(runs, work) {
  await work();
  const times = [];
  for (let run = 0; run < runs; run += 1) times.push((await timed(work)).ms);
  times.sort((one, other) => one - other);
  return { ms: times[Math.floor(runs / 2)], worst: times[runs - 1] };
}

// Four events a visit, a tenth as many actors as events, a third of them in each segment.
const generate = `
  WITH visit AS (
    SELECT i, hash(i) % ${Math.ceil(EVENTS / 10)} AS actor, hash(i * 3 + 1) % 100 AS far,
      hash(i * 5 + 2) % 3 AS segment,
      ${origin} + (hash(i + 7) % ${DAYS * DAY - 3_600_000})::BIGINT AS start
    FROM range(${Math.ceil(EVENTS / 4)}) AS t (i))
  SELECT 'user-' || lpad(actor::VARCHAR, 9, '0') AS actor,
    CASE WHEN step = 0 THEN 'cart_viewed' WHEN step = 1 AND far < 65 THEN 'payment_opened'
      WHEN step = 2 AND far < 40 THEN 'order_placed'
      WHEN step = 3 AND far < 30 THEN 'delivery_confirmed'
      WHEN step = 2 THEN 'search' ELSE 'page_viewed' END AS event,
    make_timestamp_ms(start + step * (20000 + (hash(i * 7 + step) % 400000)::BIGINT)) AS moment,
    CASE segment WHEN 0 THEN 'mobile' WHEN 1 THEN 'web' ELSE 'store' END AS segment,
    i || '-' || step AS id
  FROM visit, range(4) AS s (step)`;

const named = STAGES.map((stage) => `'${stage}'`).join(', ');

// The same question in SQL: each event takes over the latest entry that still reaches so far.
const windowed = (file) => `
  WITH e AS (SELECT actor, event, moment FROM '${file}' WHERE event IN (${named})),
  a AS (SELECT *, max(CASE WHEN event = '${STAGES[0]}' THEN moment END) OVER w AS e1 FROM e
    WINDOW w AS (PARTITION BY actor ORDER BY moment)),
  b AS (SELECT *, max(CASE WHEN event = '${STAGES[1]}' AND moment - e1 <= INTERVAL 30 MINUTE THEN e1 END)
    OVER w AS e2 FROM a WINDOW w AS (PARTITION BY actor ORDER BY moment)),
  c AS (SELECT *, max(CASE WHEN event = '${STAGES[2]}' AND moment - e2 <= INTERVAL 30 MINUTE THEN e2 END)
    OVER w AS e3 FROM b WINDOW w AS (PARTITION BY actor ORDER BY moment))
  SELECT count(DISTINCT CASE WHEN e1 IS NOT NULL THEN actor END),
    count(DISTINCT CASE WHEN e2 IS NOT NULL THEN actor END),
    count(DISTINCT CASE WHEN e3 IS NOT NULL THEN actor END),
    count(DISTINCT CASE WHEN event = '${STAGES[3]}' AND moment - e3 <= INTERVAL 30 MINUTE THEN actor END)
  FROM c`;

// An easier question: only each actor's first entry counts, so that later visits are lost.
const firstEntries = (file) => `
  WITH e AS (SELECT actor, event, moment FROM '${file}'),
  s1 AS (SELECT actor, min(moment) AS t1 FROM e WHERE event = '${STAGES[0]}' GROUP BY actor),
  s2 AS (SELECT actor, any_value(t1) AS t1, min(moment) AS t2 FROM s1 JOIN e USING (actor)
    WHERE event = '${STAGES[1]}' AND moment BETWEEN t1 AND t1 + INTERVAL 30 MINUTE GROUP BY actor),
  s3 AS (SELECT actor, any_value(t1) AS t1, min(moment) AS t3 FROM s2 JOIN e USING (actor)
    WHERE event = '${STAGES[2]}' AND moment BETWEEN t2 AND t1 + INTERVAL 30 MINUTE GROUP BY actor),
  s4 AS (SELECT actor FROM s3 JOIN e USING (actor)
    WHERE event = '${STAGES[3]}' AND moment BETWEEN t3 AND t1 + INTERVAL 30 MINUTE GROUP BY actor)
  SELECT (SELECT count(*) FROM s1), (SELECT count(*) FROM s2), (SELECT count(*) FROM s3),
    (SELECT count(*) FROM s4)`;

async function storeEvents(source, csv) {
  const days = Array.from({ length: DAYS + 1 }, (_, day) => ({ occurredAt: origin + day * DAY }));
  await ensurePartitions(source.manager, days);
  await source.query(`CREATE UNLOGGED TABLE bench_event
    (actor text, event text, at timestamptz, segment text, id text)`);
  await source.query(`SET timezone = 'UTC'; COPY bench_event FROM '${csv}' (FORMAT csv)`);
  await source.query(`INSERT INTO journey_event (source, id, actor, event, occurred_at, received_at, segment)
    SELECT 'bench', id, actor, event, at, at, segment FROM bench_event`);
  await source.query('DROP TABLE bench_event');
  await source.query('ANALYZE journey_event');
}

/** Cells of every stage and segment, and when they became known: as if the events had been counted. */
async function storeCells(source) {
  const cells = `
    FROM unnest($1::text[]) WITH ORDINALITY AS s (stage, place)
    CROSS JOIN unnest(ARRAY['mobile', 'web', 'store']) AS segment
    CROSS JOIN generate_series($2::timestamptz, $3::timestamptz, '5 minutes') AS start
    CROSS JOIN LATERAL (SELECT (8 + 6 * sin(extract(epoch FROM start) / 13751)
      + abs(hashtext(stage || segment || start)) % 5)::int / place::int AS entered) AS e
    CROSS JOIN LATERAL (SELECT entered * 6 / 10 AS converted) AS c`;
  const range = [STAGES, new Date(origin), new Date(Date.now() - 300_000)];
  await source.query(
    `INSERT INTO stage_hour (journey, version, stage, segment, hour, slots, entered, converted,
       counts, computed_at)
     SELECT 'checkout', 1, stage, segment, hour, jsonb_object_agg(slot::text, jsonb_build_array(1,
         floor(extract(epoch FROM start) * 1000)::bigint, entered, converted, converted * 190000,
         bins, jsonb_build_array(1, 4, 1, 8, 0))),
       sum(entered), sum(converted), '{}', max(start)
     FROM (SELECT stage, segment, start, entered, converted,
         date_trunc('hour', start, 'UTC') AS hour, extract(minute FROM start)::int / 5 AS slot,
         (SELECT jsonb_object_agg(27 + abs(hashtext(stage || start || i)) % 12, 1)
           FROM generate_series(1, greatest(1, converted)) AS i) AS bins ${cells}) AS cell
     GROUP BY stage, segment, hour`,
    range,
  );
  await source.query(
    `INSERT INTO stage_metric_change (journey, stage, bucket_start, segment, version, known_at,
       width_seconds, entered, converted)
     SELECT 'checkout', stage, start, segment, 1, start + interval '40 minutes', 300, entered, converted
     ${cells}`,
    range,
  );
  await source.query('ANALYZE stage_hour; ANALYZE stage_metric_change');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startService(dataDir, databaseUrl) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    ...{ PORT: String(port), THROUGHLINE_URL: url, THROUGHLINE_DATA_DIR: dataDir },
    ...{ DATABASE_URL: databaseUrl, THROUGHLINE_API_KEY: KEY, LOG_LEVEL: 'error' },
  };
  const cli = new URL('../../bin/throughline.js', import.meta.url).pathname;
  const service = spawn(process.execPath, ['--max-semi-space-size=64', cli, 'start'], {
    env,
    stdio: 'ignore',
  });
  for (let tries = 0; tries < 240; tries += 1) {
    const ok = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return { url, service };
    await sleep(250);
  }
  throw new Error('the service did not start');
}

const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
async function ask(url, options = {}) {
  const answer = await fetch(url, { headers, ...options });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

const journey = {
  ...{ key: 'checkout', name: 'Checkout', owner: 'bench', window: '30m' },
  stages: STAGES.map((event) => ({ key: event, event, weight: 1 })),
};

const folder = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
await chmod(folder, 0o755);
const parquet = join(folder, 'events.parquet');
const csv = join(folder, 'events.csv');
const dataDir = join(folder, 'data');
const duck = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
const server = await startEmbeddedPostgres(join(folder, 'postgres'));
let source;
let running;
try {
  await duck.run(`COPY (SELECT * FROM (${generate}) ORDER BY moment) TO '${parquet}'`);
  await duck.run(`COPY (SELECT actor, event, strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ'), segment, id
    FROM '${parquet}') TO '${csv}' (HEADER false)`);
  await chmod(csv, 0o644);
  source = await openDataSource(server.url);
  const stored = await timed(() => storeEvents(source, csv));
  await rm(csv);
  await storeCells(source);
  running = await startService(dataDir, server.url);
  await ask(`${running.url}/v1/journeys`, { method: 'POST', body: JSON.stringify(journey) });
  const copied = await timed(() =>
    copyEvents(source, new EventCopies(join(dataDir, 'events')), Date.now()),
  );
  const summed = await timed(() => sumHours(source));
  print(
    `${cpus().length} cores (${cpus()[0]?.model ?? ''}), load ${loadavg()[0].toFixed(1)}; ` +
      `${EVENTS} events stored in ${(stored.ms / 1000).toFixed(0)} s, ` +
      `${copied.result} days copied in ${(copied.ms / 1000).toFixed(0)} s, ` +
      `${summed.result} hours added up in ${(summed.ms / 1000).toFixed(0)} s`,
  );

  const range = `from=${new Date(origin).toISOString()}&to=${new Date(today).toISOString()}`;
  const funnel = `${running.url}/v1/journeys/checkout/funnel?${range}`;
  const ours = JSON.parse(await ask(funnel)).steps.map(({ reached }) => reached);
  const theirs = (await duck.runAndReadAll(windowed(parquet))).getRows()[0].map(Number);
  if (String(ours) !== String(theirs)) throw new Error(`${ours} is not ${theirs}`);
  const own = await median(5, () => ask(funnel));
  const exact = await median(3, () => duck.runAndReadAll(windowed(parquet)));
  const first = await median(3, () => duck.runAndReadAll(firstEntries(parquet)));
  const ratio = (peer) => (own.ms / peer.ms).toFixed(2);
  print(
    `funnel of 4 steps, 90 days: ${own.ms.toFixed(0)} ms over HTTP (${ours.join(', ')} actors)\n` +
      `  DuckDB over Parquet, the same answer: ${exact.ms.toFixed(0)} ms (ratio ${ratio(exact)})\n` +
      `  DuckDB over Parquet, first entries alone: ${first.ms.toFixed(0)} ms (ratio ${ratio(first)})`,
  );
  for (const segment of ['', '&segment=mobile']) {
    const metrics = `${running.url}/v1/journeys/checkout/metrics?bucket=1h${segment}&from=${new Date(origin).toISOString()}`;
    const size = (await ask(metrics)).length;
    const { ms, worst } = await median(21, () => ask(metrics));
    print(
      `metrics, 90 days by the hour${segment}: ${ms.toFixed(0)} ms over HTTP (worst ${worst.toFixed(0)}, ${(size / 1e6).toFixed(1)} MB)`,
    );
  }
} finally {
  if (running !== undefined) {
    running.service.kill('SIGTERM');
    await new Promise((resolve) => running.service.once('exit', resolve));
  }
  await source?.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
