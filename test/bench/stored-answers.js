// What the drift report of a service costs with very many stored answers, the reading of them counted
// in; and how long others wait for the API meanwhile. The answers are put straight into the tables.
//   node test/bench/stored-answers.js [--answers 100000]
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { startEmbeddedPostgres } from '../../dist/app/database/embedded-postgres.js';
import { ANOMALY_FEATURES } from '../../dist/core/features/anomaly-feature-list.js';
import { featureTable } from '../../dist/core/features/feature-table.js';
import { driftReference } from '../../dist/core/monitoring/drift-reference.js';
import { familiarityOf } from '../../dist/core/scoring/abstention.js';
import { priorCard } from '../../dist/core/registry/prior-card.js';
import { seededRandom } from '../../dist/core/statistics/random.js';
import { priorLearner } from '../../dist/core/training/prior.js';
import { ensurePrior } from '../../dist/loop/ensure-prior.js';
import { openDataSource } from '../../dist/storage/data-source.js';
import { ModelFiles } from '../../dist/storage/model-files.js';
import { addModel, crown } from '../../dist/storage/model.store.js';
import { machine, withService } from './running/service.js';

const { values } = parseArgs({ options: { answers: { type: 'string', default: '100000' } } });
const ANSWERS = Number(values.answers);
const MODEL = '2026-01-01.1';
const BATCH = 5000;
const origin = Date.UTC(2026, 0, 5);
const until = origin + ANSWERS * 60_000;

const random = seededRandom(1);
const featuresOf = () =>
  Object.fromEntries(
    ANOMALY_FEATURES.features.map(({ name, kind }) => [
      name,
      kind === 'numeric' ? random() + random() : `${name}-${Math.floor(5 * random() ** 2)}`,
    ]),
  );

/** A champion with the sketches of what it was taught. */
async function storeModel(source, folder) {
  const set = featureTable(ANOMALY_FEATURES, Array.from({ length: 20_000 }, featuresOf));
  const predict = (table) => new Float64Array(table.rows).map(() => 0.3 * random());
  const contributions = (table) =>
    new Float64Array(table.rows * ANOMALY_FEATURES.features.length).map(random);
  const reference = driftReference(set, [], { predict, contributions });
  const card = { ...priorCard(origin, 'bench'), version: MODEL, schema: ANOMALY_FEATURES };
  const labels = new Uint8Array(set.rows).map((_, i) => i % 5 === 0);
  const weights = new Float64Array(set.rows).fill(1);
  const { classifier } = await priorLearner.fit({ table: set, labels, weights }, random);
  const artefact = { ...classifier.save(), learner: 'prior' };
  const model = {
    card,
    artefact,
    familiarity: familiarityOf(set, null),
    probe: null,
    loss: null,
    reference,
  };
  await new ModelFiles(join(folder, 'models')).save(model);
  await ensurePrior(source, origin);
  await addModel(source.manager, card, 'challenger');
  await crown(source.manager, MODEL, { since: origin + 1, by: 'bench', reason: 'to be looked at' });
}

/** Episodes with their first answers and what came of them. */
async function storeAnswers(source) {
  for (let first = 0; first < ANSWERS; first += BATCH) {
    const lines = Array.from({ length: Math.min(BATCH, ANSWERS - first) }, (_, i) => ({
      n: first + i,
      p: 0.3 * random(),
      failed: random() < 0.15,
      features: featuresOf(),
    }));
    await source.query(
      `WITH input AS (
         SELECT 'e' || n AS id, to_timestamp($2::float8 / 1000 + n * 60) AS at, p, failed, features
         FROM jsonb_to_recordset($1::jsonb) AS t (n int, p float8, failed boolean, features jsonb)),
       anomalies AS (
         INSERT INTO anomaly (id, source, name, fingerprint, severity, body, content, started_at,
           episode_id, known_at)
         SELECT id, 'bench', 'Errors', id, 'error', '{}', gen_random_uuid(), at, id, at FROM input),
       episodes AS (
         INSERT INTO episode (id, source, fingerprint, name, service, severity, started_at,
           last_seen_at, known_at)
         SELECT id, 'bench', id, 'Errors', features->>'service', 'error', at, at, at FROM input
         RETURNING id),
       stages AS (
         INSERT INTO episode_stage (episode_id, journey, version, stage, relevance, horizon_seconds,
           due_at, measured_at)
         SELECT i.id, 'checkout', 1, 'payment', .9, 3600, at, at FROM input i JOIN episodes USING (id)),
       outcomes AS (
         INSERT INTO outcome (id, anomaly_id, journey, stage, failure, failure_probability, failure_id,
           verdict, source, started_at, content, known_at)
         SELECT 'o' || id, id, 'checkout', 'payment', failed, failed::int, 'f' || id, 'unknown',
           'measured', at, gen_random_uuid(), at FROM input)
       INSERT INTO prediction (anomaly_id, episode_id, journey, stage, as_of, features, body,
         probability, priority, model_version, is_first, answered)
       SELECT id, id, 'checkout', 'payment', at, features, '{}', p, p, '${MODEL}', true, true FROM input`,
      [JSON.stringify(lines), origin],
    );
  }
  await source.query('VACUUM ANALYZE');
}

/** The longest that somebody waits who asks every 20 ms, until `work` is done. */
async function longestWait(url, work) {
  let [longest, done] = [0, false];
  const ended = work.finally(() => (done = true));
  while (!done) {
    const began = performance.now();
    await (await fetch(`${url}/livez`)).arrayBuffer();
    longest = Math.max(longest, performance.now() - began);
    await sleep(20);
  }
  await ended;
  return longest;
}

const folder = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
await chmod(folder, 0o755);
const server = await startEmbeddedPostgres(join(folder, 'postgres'));
const source = await openDataSource(server.url);
try {
  const data = join(folder, 'data');
  await storeModel(source, data);
  await storeAnswers(source);
  const env = { DATABASE_URL: server.url, THROUGHLINE_DATA_DIR: data };
  await withService(async ({ url, key }) => {
    const headers = { authorization: `Bearer ${key}` };
    const ask = async (path) => {
      const began = performance.now();
      const text = await (await fetch(`${url}${path}`, { headers })).text();
      return { text, seconds: (performance.now() - began) / 1000 };
    };
    const range = `from=${new Date(origin).toISOString()}&to=${new Date(until).toISOString()}`;
    const path = `/v1/reports/drift?${range}`;
    const first = await ask(path);
    const { asked, reference } = JSON.parse(first.text);
    if (asked !== ANSWERS || reference !== 'training') throw new Error(first.text.slice(0, 500));
    const again = ask(path);
    const longest = await longestWait(url, again);
    const page = await ask(`${path}&format=html`);
    console.log(
      `${machine()}; the drift report of ${asked} stored answers over HTTP: ` +
        `${first.seconds.toFixed(1)} s, again ${(await again).seconds.toFixed(1)} s, as a page ` +
        `${page.seconds.toFixed(1)} s (${Math.round(page.text.length / 1000)} kB)\n` +
        `  meanwhile the API let nobody wait longer than ${longest.toFixed(0)} ms`,
    );
  }, env);
} finally {
  await source.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
