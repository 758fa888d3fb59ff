// A month of a shop from Google's cloud-solutions (contextual-ai/data: user_activity.csv) through the
// service: its hourly metrics are imported, every day is searched, and what is found is printed beside
// the incidents that the shop's makers put in. After a build:
//   node test/bench/shop-incidents.js FOLDER
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { cli, withService } from './running/service.js';

const HOUR = 3_600_000;
const [folder] = process.argv.slice(2);
const file = join(folder ?? '', 'user_activity.csv');
if (folder === undefined || !existsSync(file)) {
  console.log('needs the folder with user_activity.csv (GoogleCloudPlatform/cloud-solutions)');
  process.exit(0);
}

const stage = (key, event) => ({
  key,
  event,
  weight: 1,
  failure: { minRelativeDrop: 0.2, minLoss: 20 },
});
const journey = {
  ...{ key: 'shop', name: 'Shop', owner: 'shop', window: '1h' },
  stages: [stage('land', 'landed'), stage('browse', 'stayed'), stage('buy', 'bought')],
};
const stayed = 'round(active_users * (1 - bounce_rate_percent / 100))::bigint';
const bought = 'round(active_users * conversion_rate_percent / 100)::bigint';
const columns = { land: ['active_users', stayed], browse: [stayed, bought], buy: [bought, bought] };

const short = (at) => new Date(at).toISOString().slice(5, 16).replace('T', ' ');

await withService(async ({ url, key, env }) => {
  const call = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return await answer.json();
  };
  await call('POST', '/v1/journeys', { ...journey, receivedAt: '2025-01-01T00:00:00Z' });
  for (const [name, [entered, converted]] of Object.entries(columns)) {
    const sql = `select timestamp as "bucketStart", ${entered} as entered, ${converted} as converted,
      timestamp + interval 2 hour as "receivedAt" from user_activity`;
    const told = ['--set', 'journey=shop', '--set', `stage=${name}`, '--set', 'bucket=1h'];
    const args = [cli, 'import', 'stage-metrics', file, ...told, '--sql', sql];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`import: ${stdout}${stderr}`);
  }
  const { id } = await call('POST', '/v1/training-runs', {});
  for (let run = { state: 'queued' }; ['queued', 'running'].includes(run.state);) {
    await sleep(500);
    run = await call('GET', `/v1/training-runs/${id}`);
  }
  const { items } = await call('GET', '/v1/outcomes?verdict=missed&journey=shop&limit=500');
  const standing = items.filter(
    (one) => one.failure && !items.some(({ supersedes }) => supersedes === one.id),
  );
  const labels = join(folder, 'incidents.json');
  const known = existsSync(labels) ? JSON.parse(readFileSync(labels, 'utf8')).incidents : [];
  const at = (time) => Date.parse(`${time.replace(' ', 'T')}Z`);
  const touches = (one, { start, end }) =>
    Date.parse(one.startedAt) < at(end) + HOUR && Date.parse(one.endedAt) > at(start);
  const line = ({ stage: name, startedAt, endedAt, conversionsLost, interval }) =>
    `    ${name} ${short(startedAt)} to ${short(endedAt).slice(6)}: ${conversionsLost.toFixed(0)} lost (${interval.map((one) => one.toFixed(0)).join('–')})`;
  for (const one of known) {
    const found = standing.filter((failure) => touches(failure, one));
    console.log(
      `  ${one.id}, ${one.start} to ${one.end.slice(11)} (${one.kind}): ${found.length === 0 ? 'nothing found' : ''}`,
    );
    for (const failure of found) console.log(line(failure));
  }
  const others = standing.filter((failure) => !known.some((one) => touches(failure, one)));
  console.log(`  at other times: ${others.length === 0 ? 'nothing found' : ''}`);
  for (const failure of others) console.log(line(failure));
});
