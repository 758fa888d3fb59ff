// Events over HTTP beside psql's \copy of the same rows into the same table with the same indexes,
// in the same run: node test/bench/intake.js [--events 1000000] [--journey]
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, createReadStream, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { machine, withService } from './running/service.js';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, journey: { type: 'boolean' } },
});
const EVENTS = Number(values.events);
const NAMES = ['cart_viewed', 'payment_opened', 'order_placed', 'home_viewed'];
const COLUMNS = 'source, id, actor, event, occurred_at, received_at, segment';
const DAY = 86_400_000;

/** Thirty days of actors who come for five events or so, written twice: as NDJSON and for \copy. */
async function writeEvents(folder) {
  const start = Date.now() - 31 * DAY;
  const received = new Date().toISOString();
  const files = [join(folder, 'events.ndjson'), join(folder, 'events.tsv')];
  const [lines, rows] = files.map((file) => createWriteStream(file));
  let state = 12_345;
  const random = () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 2 ** 32;
  for (let i = 0; i < EVENTS; i += 1) {
    const occurredAt = new Date(start + Math.floor((i / EVENTS) * 30 * DAY)).toISOString();
    const actor = `u${Math.floor(i / 5 + random() * 1000)}`;
    const event = NAMES[Math.floor(random() * NAMES.length)];
    const segment = random() < 0.5 ? 'web' : 'app';
    const body = { id: `e${i}`, source: 'bench', actor, event, occurredAt, segment };
    if (!lines.write(`${JSON.stringify(body)}\n`)) await once(lines, 'drain');
    const row = ['bench', body.id, actor, event, occurredAt, received, segment].join('\t');
    if (!rows.write(`${row}\n`)) await once(rows, 'drain');
  }
  for (const stream of [lines, rows]) await new Promise((resolve) => stream.end(resolve));
  return files;
}

async function seconds(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** How much memory a process held at most so far, MiB. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

await withService(async ({ url, key, folder, data, pid }) => {
  const headers = { authorization: `Bearer ${key}` };
  if (values.journey) {
    const stages = NAMES.slice(0, 3).map((event) => ({ key: event, event, weight: 1 }));
    const journey = { key: 'checkout', name: 'Checkout', owner: 'shop', window: '30m', stages };
    const json = { ...headers, 'content-type': 'application/json' };
    await fetch(`${url}/v1/journeys`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify(journey),
    });
  }
  const [lines, rows] = await writeEvents(folder);
  const password = (await readFile(join(data, 'postgres-password'), 'utf8')).trim();
  const pidFile = await readFile(join(data, 'postgres/cluster/postmaster.pid'), 'utf8');
  const env = { ...process.env, PGPASSWORD: password };
  const connection = ['-h', '127.0.0.1', '-p', pidFile.split('\n')[3], '-U', 'throughline'];
  const psql = (command) =>
    spawnSync('psql', [...connection, '-d', 'throughline', '-qAtc', command], { env });

  const before = peakOf(pid);
  const http = await seconds(async () => {
    const answer = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-ndjson' },
      body: createReadStream(lines, { highWaterMark: 1 << 20 }),
      duplex: 'half',
    });
    const { accepted, rejected } = await answer.json();
    if (accepted !== EVENTS)
      throw new Error(`${accepted} accepted: ${JSON.stringify(rejected[0])}`);
  });
  const peak = peakOf(pid);
  process.stdout.write(
    `${machine()}\n${EVENTS} events over HTTP, committed: ${http.toFixed(1)} s, ` +
      `${Math.round(EVENTS / http)}/s; the API's memory peaked at ${peak.toFixed(0)} MiB ` +
      `(${before.toFixed(0)} before)\n`,
  );
  if (psql('SELECT 1').status !== 0) {
    process.stdout.write('psql is not there: nothing to compare with\n');
    return;
  }
  if (values.journey) {
    const counted = await seconds(async () => {
      while (String(psql('SELECT count(*) FROM event_batch').stdout).trim() !== '0')
        await sleep(200);
    });
    process.stdout.write(
      `all counted into the stage metrics ${counted.toFixed(1)} s later: ` +
        `${Math.round(EVENTS / (http + counted))}/s\n`,
    );
  }
  psql('TRUNCATE journey_event');
  const copied = await seconds(async () => {
    const copy = `\\copy journey_event (${COLUMNS}) from ${rows}`;
    const child = spawn('psql', [...connection, '-d', 'throughline', '-qc', copy], { env });
    const [status] = await once(child, 'exit');
    if (status !== 0) throw new Error('\\copy failed');
  });
  process.stdout.write(
    `psql \\copy of the same rows: ${copied.toFixed(1)} s, ${Math.round(EVENTS / copied)}/s; ` +
      `HTTP reaches ${((100 * copied) / http).toFixed(0)} % of it\n`,
  );
});
