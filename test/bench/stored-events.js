// What ten million stored events cost those who come after: an ad-hoc funnel against DuckDB over
// Parquet of the same events, 90 days of a journey's metrics by the hour, and a batch of new events
// against the same one where few are stored. The events are put straight into the service's own
// tables; how fast they come in through the API is another benchmark's question.
//   node test/bench/stored-events.js [--events 10000000] [--parts funnel,metrics,batches]
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { DuckDBInstance } from '@duckdb/node-api';

import { startEmbeddedPostgres } from '../../dist/app/database/embedded-postgres.js';
import { copyEvents } from '../../dist/loop/copy-events.js';
import { sumHours } from '../../dist/loop/sum-hours.js';
import { openDataSource } from '../../dist/storage/data-source.js';
import { EventCopies } from '../../dist/storage/event-copies.js';
import { addJourneyVersion } from '../../dist/storage/journey.store.js';
import { journeyBody } from '../../dist/wire/journey.js';
import { machine, withService } from './running/service.js';
import { batchCosts } from './stored/batches.js';
import {
  dropOthers,
  journey,
  origin,
  storeCells,
  storeEvents,
  storeOthers,
  today,
  writeEvents,
} from './stored/events.js';
import { firstEntries, windowed } from './stored/funnel-sql.js';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000000' },
    parts: { type: 'string', default: 'funnel,metrics,batches' },
  },
});
const EVENTS = Number(values.events);
const parts = new Set(values.parts.split(','));
const FEW = 100_000;
/** Journeys beside the one with events. */
const OTHERS = 30;
const agent = new Agent({ keepAlive: true });
const print = (text) => process.stdout.write(`${text}\n`);

async function timed(work) {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

/** The middle one of some runs, and the one that 95 of 100 keep below; the first one is not counted. */
async function times(runs, work) {
  await work();
  const all = [];
  for (let run = 0; run < runs; run += 1) all.push((await timed(work)).ms);
  all.sort((one, other) => one - other);
  return { median: all[Math.floor(runs / 2)], p95: all[Math.ceil(0.95 * runs) - 1] };
}

/** A database of the server's with so many events. */
async function openWorld(server, duck, { name, events, folder }) {
  const parquet = join(folder, `${name}.parquet`);
  await writeEvents(duck, parquet, events);
  const first = await openDataSource(server.url);
  await first.query(`CREATE DATABASE ${name}`);
  await first.destroy();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const source = await openDataSource(url.href);
  const { ms } = await timed(() => storeEvents(source, duck, parquet));
  await storeCells(source);
  await addJourneyVersion(source.manager, journeyBody.parse(journey), origin);
  await source.query('VACUUM ANALYZE');
  await source.query('CHECKPOINT');
  return { source, parquet, url: url.href, events, actors: Math.ceil(events / 10), ms };
}

async function benchBatches(few, many) {
  for (const size of [1000, 10_000]) {
    const [one, other] = await batchCosts([few, many], size);
    print(
      `a batch of ${size} new events, stored and counted: ${other.all.toFixed(0)} ms with ${many.events} ` +
        `stored, ${one.all.toFixed(0)} ms with ${few.events} (ratio ${(other.all / one.all).toFixed(2)}; ` +
        `until it is acknowledged ${other.stored.toFixed(0)} and ${one.stored.toFixed(0)} ms)`,
    );
  }
}

async function benchFunnel(ask, duck, parquet) {
  const range = `from=${new Date(origin).toISOString()}&to=${new Date(today).toISOString()}`;
  const funnel = `/v1/journeys/checkout/funnel?${range}`;
  const ours = JSON.parse(await ask(funnel)).steps.map(({ reached }) => reached);
  const theirs = (await duck.runAndReadAll(windowed(parquet))).getRows()[0].map(Number);
  if (String(ours) !== String(theirs)) throw new Error(`${ours} is not ${theirs}`);
  const own = await times(5, () => ask(funnel));
  const exact = await times(3, () => duck.runAndReadAll(windowed(parquet)));
  const first = await times(3, () => duck.runAndReadAll(firstEntries(parquet)));
  const ratio = (peer) => (own.median / peer.median).toFixed(2);
  print(
    `funnel of 4 steps, 90 days: ${own.median.toFixed(0)} ms over HTTP (${ours.join(', ')} actors)\n` +
      `  DuckDB over Parquet, the same answer: ${exact.median.toFixed(0)} ms (ratio ${ratio(exact)})\n` +
      `  DuckDB over Parquet, first entries alone: ${first.median.toFixed(0)} ms (ratio ${ratio(first)})`,
  );
}

/** Reads an answer to its last byte and makes nothing of it; its length. */
function receive(url, headers) {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent }, (answer) => {
      let size = 0;
      answer.on('data', (bytes) => (size += bytes.length));
      answer.once('end', () => resolve(size));
      answer.once('error', reject);
    });
    request.once('error', reject);
  });
}

/** Segments and beginnings in turn, none of which is asked for twice; each segment's first one apart. */
async function benchMetrics(url, headers, others) {
  const ask = (segment, hours, { bucket = '1h', key = 'checkout' } = {}) => {
    const from = new Date(origin + hours * 3_600_000).toISOString();
    const range = `bucket=${bucket}&from=${from}${segment && `&segment=${segment}`}`;
    return receive(`${url}/v1/journeys/${key}/metrics?${range}`, headers);
  };
  const segments = ['', 'mobile', 'web', 'store'];
  const first = [];
  for (const segment of segments) first.push((await timed(() => ask(segment, 0))).ms);
  const size = await ask('', 0);
  let asked = 0;
  const next = () => {
    asked += 1;
    return ask(segments[asked % segments.length], asked);
  };
  const hours = await times(80, next);
  const days = await times(20, () => ask('', 0, { bucket: '1d' }));
  for (const key of others) await ask('', 0, { key });
  const anew = await times(2 * others.length, () => {
    asked += 1;
    return ask('', asked, { key: others[asked % others.length] });
  });
  const told = ({ median, p95 }) => `${median.toFixed(0)} ms (p95 ${p95.toFixed(0)} ms)`;
  print(
    `metrics over HTTP, 90 days by the hour (${(size / 1e6).toFixed(1)} MB), segments and ranges in ` +
      `turn: ${told(hours)}; by the day: ${told(days)}\n` +
      `  of ${others.length} journeys in turn, more than the service keeps texts of: ${told(anew)}\n` +
      `  the day's first of each segment, which learns its baselines: ` +
      `${first.map((ms) => ms.toFixed(0)).join(', ')} ms`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
await chmod(folder, 0o755);
const duck = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
const server = await startEmbeddedPostgres(join(folder, 'postgres'));
const open = [];
try {
  for (const [name, events] of [
    ['few', FEW],
    ['many', EVENTS],
  ]) {
    open.push(await openWorld(server, duck, { name, events, folder }));
  }
  const [few, many] = open;
  const dataDir = join(folder, 'data');
  const copies = new EventCopies(join(dataDir, 'events'));
  const summed = await timed(() => sumHours(many.source));
  const others = parts.has('metrics') ? await storeOthers(many.source, OTHERS) : [];
  const copied = await timed(() => copyEvents(many.source, copies, Date.now()));
  print(
    `${machine()}; ${EVENTS} events stored in ${(many.ms / 1000).toFixed(0)} s, ` +
      `${copied.result} days copied in ${(copied.ms / 1000).toFixed(0)} s, ` +
      `${summed.result} hours added up in ${(summed.ms / 1000).toFixed(0)} s`,
  );
  const env = { DATABASE_URL: many.url, THROUGHLINE_DATA_DIR: dataDir };
  await withService(async ({ url, key }) => {
    const headers = { authorization: `Bearer ${key}` };
    const ask = async (path) => {
      const answer = await fetch(`${url}${path}`, { headers });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return text;
    };
    if (parts.has('funnel')) await benchFunnel(ask, duck, many.parquet);
    if (parts.has('metrics')) await benchMetrics(url, headers, others);
  }, env);
  await dropOthers(many.source, others);
  if (parts.has('batches')) await benchBatches(few, many);
} finally {
  for (const { source } of open) await source.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
