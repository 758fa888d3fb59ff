import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Command } from 'commander';
import { z } from 'zod';

import { formatInstant } from '../wire/instant.js';
import { addressOf, ApiClient, expectOk } from './api-client.js';
import type { RunningService } from './demo-service.js';
import { serviceForDemo } from './demo-service.js';
import { byPriority, queueText } from './demo-queue.js';
import { suggestForBusiestRules } from './demo-threshold.js';
import { demoWorld } from './demo-world.js';
import { replayFolder } from './replay.js';
import { trainingLine } from './training-run.js';
import { writeWorld } from './simulate.js';

/** The newest episodes, of which the first by priority are shown. */
const NEWEST = 40;
const SHOWN = 12;

interface DemoOptions {
  readonly json?: boolean;
}

const queuePage = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

/** A world of a month up to now, fed to the service as if lived through. */
async function feed(folder: string, tell: (words: string) => void): Promise<void> {
  const { options, trainAt } = demoWorld(Date.now());
  const until = formatInstant(options.toldUntil).slice(0, 16).replace('T', ' ');
  tell(
    `Simulating a month of customers up to ${until} UTC, and more trouble than most shops have …`,
  );
  const world = await writeWorld(options, folder);
  const { events, anomalies } = world.lines;
  tell(`Feeding ${events} events and ${anomalies} anomaly reports through the public API …`);
  const summary = await replayFolder(folder, { trainAt: formatInstant(trainAt) });
  tell(`Fed at ${summary.eventsPerSecond} events/s.`);
  for (const training of summary.trainings) tell(trainingLine(training));
  if (summary.stopped !== undefined) tell(`stopped: ${summary.stopped}`);
}

async function show(client: ApiClient, json: boolean): Promise<string> {
  const page = expectOk(await client.get(`/v1/anomalies?sort=-startedAt&limit=${NEWEST}`));
  const items = byPriority(queuePage.parse(page).items).slice(0, SHOWN);
  return json ? `${JSON.stringify({ items })}\n` : queueText(items);
}

async function demo(options: DemoOptions): Promise<void> {
  const service: RunningService = await serviceForDemo(process.env);
  const folder = await mkdtemp(join(tmpdir(), 'throughline-demo-'));
  const tell = (words: string): void => {
    process.stderr.write(`${words}\n`);
  };
  try {
    await feed(folder, tell);
    const address = await addressOf(process.env);
    const client = new ApiClient(address);
    process.stdout.write(await show(client, options.json ?? false));
    tell('\nWhat the past alerts say of the thresholds of the busiest rules:');
    for (const line of await suggestForBusiestRules(client)) tell(line);
    tell(`\nOpen ${service.url} for the queue, the reasons, the journeys and the thresholds.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await service.untilStopped();
}

/** Adds `demo`: a simulated world through the public API, ending with the ranked queue. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('simulate a world, feed it to the service, train, and show the ranked queue')
    .option('--json', 'print the queue as JSON')
    .addHelpText(
      'after',
      '\nWithout a running service (THROUGHLINE_URL) it starts one, which goes on until Ctrl-C.',
    )
    .action(demo);
}
