// How fast a history goes through the public API, end to end: reading the files, HTTP, checking,
// storing, counting, scoring, measuring. Service, worker and PostgreSQL run on this machine too.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cli, machine, withService } from './running/service.js';

const run = promisify(execFile);
const DAYS = 14;

await withService(async ({ folder, env }) => {
  const world = join(folder, 'world');
  const simulated = ['simulate', '--days', String(DAYS), '--seed', '1', '--out', world];
  await run(process.execPath, [cli, ...simulated], { env });
  const options = { env, maxBuffer: 1 << 28 };
  const { stdout } = await run(process.execPath, [cli, 'replay', world, '--json'], options);
  const { counts, seconds, eventsPerSecond } = JSON.parse(stdout);
  process.stdout.write(
    `${machine()}\n` +
      `${counts.events.sent} events and ${counts.anomalies.sent} anomaly bodies in ` +
      `${seconds.toFixed(1)} s: ${eventsPerSecond} events/s end to end\n`,
  );
  const lost = counts.events.sent - counts.events.accepted - counts.events.duplicates;
  if (lost !== 0) throw new Error(`${lost} events were not taken`);
});
