// The whole loop on a simulated world whose truth is known: 75 days with a drift of meaning on day 60
// go through the public API with trainings on days 50 and 67; what the service answered, measured and
// found is compared with what truly happened.
//   npm run bench:world -- [--scale 2] [--trouble 4] [--seed 1] [--keep FOLDER] [--figures-of FOLDER]
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

import { cli, machine, withService } from './running/service.js';
import { figuresOf, judgedRows, outcomeFigures } from './world/compare.js';
import { keepRows } from './world/kept.js';
import {
  number,
  report,
  reportDrift,
  reportMeasured,
  reportRetrained,
  told,
} from './world/told.js';

const run = promisify(execFile);
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);
const [DAYS, TRAINED, DRIFT, RETRAINED] = [75, 50, 60, 67];
const NEAR_ORACLE = 0.75;
const RIGHT = 0.9;

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '2' },
    trouble: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
    'figures-of': { type: 'string' },
  },
});

const at = (day) => START + day * DAY;
const lines = async (file) =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const begun = Date.now();
const step = (words) =>
  process.stderr.write(`${((Date.now() - begun) / 1000).toFixed(0)} s: ${words}\n`);

/** What the drift report of the week between drift and retraining said before the retraining. */
async function staleDrift({ url, key }) {
  const headers = { authorization: `Bearer ${key}` };
  const [from, to] = [at(DRIFT), at(RETRAINED) - 1].map((moment) => new Date(moment).toISOString());
  const question = `from=${from}&to=${to}&asOf=${to}`;
  const answer = await fetch(`${url}/v1/reports/drift?${question}`, { headers });
  if (!answer.ok) throw new Error(`the drift report: ${answer.status} ${await answer.text()}`);
  return await answer.text();
}

/** What each model says of the last days, whoever was champion then; by version. */
async function answersOf({ url, key }, versions, folder) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const post = async (path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': randomUUID() },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  const seen = new Set();
  const late = (await lines(join(folder, 'anomalies.ndjson'))).filter(({ id, receivedAt }) => {
    const first = !seen.has(id);
    seen.add(id);
    return first && Date.parse(receivedAt) >= at(RETRAINED);
  });
  const answers = {};
  for (const version of versions) {
    await post(`/v1/models/${version}/promote`, { reason: 'a benchmark compares' });
    answers[version] = [];
    for (let from = 0; from < late.length; from += 50) {
      const some = late.slice(from, from + 50);
      const { results } = await post('/v1/predictions', some);
      for (const { index, anomalyId, predictions } of results) {
        answers[version].push({ anomalyId, receivedAt: some[index].receivedAt, predictions });
      }
    }
  }
  return answers;
}

/** Simulates, replays and trains; leaves everything that was answered in the folder. */
async function live(folder) {
  const { scale, trouble, seed } = values;
  await withService(async (service) => {
    const { env, url, key, data } = service;
    const options = { env, maxBuffer: 1 << 28 };
    const sizes = ['--days', String(DAYS), '--scale', scale, '--trouble', trouble, '--seed', seed];
    const world = [...sizes, '--drift-day', String(DRIFT), '--out', folder];
    await run(process.execPath, [cli, 'simulate', ...world], options);
    step('simulated');
    const times = [TRAINED, RETRAINED].map((day) => new Date(at(day)).toISOString());
    const predictions = join(folder, 'predictions.ndjson');
    const replay = ['replay', folder, '--train-at', times.join(','), '--predictions', predictions];
    const { stdout } = await run(process.execPath, [cli, ...replay, '--json'], options);
    const summary = JSON.parse(stdout);
    await writeFile(join(folder, 'summary.json'), JSON.stringify(summary, null, 2));
    step('replayed and trained');
    await keepRows(data, folder, { taught: at(TRAINED), retaught: at(RETRAINED), until: at(DAYS) });
    const outcomes = await fetch(`${url}/v1/outcomes?format=ndjson`, {
      headers: { authorization: `Bearer ${key}` },
    });
    await writeFile(join(folder, 'measured.ndjson'), await outcomes.text());
    await writeFile(join(folder, 'drift.json'), await staleDrift(service));
    step('asked what drifted');
    const versions = ['0', ...summary.trainings.flatMap(({ model }) => model ?? [])];
    const answers = await answersOf(service, versions, folder);
    await writeFile(join(folder, 'models.json'), JSON.stringify(answers));
    step('asked all models about the last days');
  });
}

/** What the drift report said, or null in a folder from before it was asked. */
async function driftIn(folder) {
  return JSON.parse(await readFile(join(folder, 'drift.json'), 'utf8').catch(() => 'null'));
}

async function firstLines(file) {
  const first = new Map();
  for (const one of await lines(file)) if (!first.has(one.id)) first.set(one.id, one);
  return first;
}

function reportRun({ counts, eventsPerSecond, seconds, trainings }, anomalies) {
  told(`${machine()}\n${counts.events.sent} events, ${anomalies.size} anomalies`);
  told(`${eventsPerSecond} events/s, ${seconds.toFixed(0)} s without trainings`);
  for (const { asOf, state, model, reason, gate } of trainings) {
    told(`training as of ${asOf}: ${state} ${model ?? ''}: ${gate?.reason ?? reason ?? ''}`);
  }
}

async function figures(folder) {
  const file = (name) => join(folder, name);
  const truth = await lines(file('truth.ndjson'));
  const anomalies = await firstLines(file('anomalies.ndjson'));
  reportRun(JSON.parse(await readFile(file('summary.json'), 'utf8')), anomalies);
  const outcomes = await lines(file('measured.ndjson'));
  const rows = judgedRows(truth, await lines(file('predictions.ndjson')), anomalies);
  const stretch = (name, from, to) => {
    const some = rows.filter((row) => row.at >= at(from) && row.at < at(to));
    const figuresHere = figuresOf(some);
    report(name, figuresHere);
    reportMeasured(some, outcomes);
    return figuresHere;
  };
  stretch('before any training', 0, TRAINED);
  const before = stretch('before the drift', TRAINED, DRIFT);
  stretch('after the drift, stale', DRIFT, RETRAINED);
  const byModel = JSON.parse(await readFile(file('models.json'), 'utf8'));
  const [, stale, retrained] = Object.entries(byModel).map(([version, answers]) => {
    const judged = judgedRows(truth, answers, anomalies);
    report(`from day ${RETRAINED}, model ${version}`, figuresOf(judged));
    reportMeasured(judged, outcomes);
    return judged;
  });
  const isBetter = reportRetrained(stale, retrained);
  const measured = outcomeFigures(truth, outcomes, { start: START, end: at(DAYS) });
  told(
    `measured outcomes: ${measured.decided} of ${measured.measured} decided, precision ${number(measured.precision)}, recall ${number(measured.recall)}\n` +
      `failures that no episode told of: ${measured.untoldFound} of ${measured.untold} found; ${measured.missedReal} of ${measured.missedReported} reported ones are real`,
  );
  const drift = await driftIn(folder);
  const bars = {
    'the drift report names the drifted service, as the most certain one':
      drift !== null && reportDrift(drift),
    'before the drift, 75 % of the way from severity to the oracle': before.way >= NEAR_ORACLE,
    'retrained beats stale (log loss)': isBetter,
    'measured outcomes: precision and recall':
      measured.precision >= RIGHT && measured.recall >= RIGHT,
  };
  for (const [bar, held] of Object.entries(bars)) told(`${held ? 'holds' : 'MISSED'}: ${bar}`);
  if (Object.values(bars).includes(false)) process.exitCode = 1;
}

if (values['figures-of'] !== undefined) await figures(values['figures-of']);
else if (values.keep !== undefined) {
  await mkdir(values.keep, { recursive: true });
  await live(values.keep);
  await figures(values.keep);
} else await withTemporaryFolder();

async function withTemporaryFolder() {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await mkdtemp(join(tmpdir(), 'throughline-world-'));
  try {
    await live(folder);
    await figures(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
