import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import type { Command } from 'commander';

import { addressOf, ApiClient, ApiError } from './api-client.js';
import { JsonArrayReader } from './import-json.js';
import type { KindName } from './import-kinds.js';
import { KIND_NAMES } from './import-kinds.js';
import { readLines, readText } from './import-lines.js';
import { MappingError } from './import-mapping.js';
import { startProgress } from './import-progress.js';
import { readTime } from './import-value.js';
import { ReplayFile } from './replay-file.js';
import type { ReplaySummary } from './replay-run.js';
import { Replay } from './replay-run.js';
import type { ReplayPlan } from './replay-steps.js';
import { trainingLine } from './training-run.js';

export interface ReplayOptions {
  readonly from?: string;
  readonly until?: string;
  readonly trainAt?: string;
  readonly predictions?: string;
  readonly json?: boolean;
}

const HELP = `
DIR holds journeys.json and changes, events, stage-metrics, incidents, anomalies, outcomes and
retrospectives as .ndjson (each also as .gz; any may be missing), every line with the receivedAt at
which it became known. They are sent in that order, with a key of scope backfill; events may go
ahead of the rest. --from and --until include their time; a record that is sent twice is a duplicate.

A training of --train-at starts when everything received until its time is in, and is waited for.
--predictions writes the answer of each anomaly, and of each of its revisions, as one line; the
first line of an anomaly is its first prediction.

Exit status: 0 all taken, 1 some rejected, a training failed or the service out of reach, 2 wrong
usage. Reads THROUGHLINE_URL and THROUGHLINE_API_KEY (or the key in THROUGHLINE_DATA_DIR).`;

const SHOWN = 1000;

function timeOf(flag: string, text: string): number {
  const time = readTime(text.trim());
  if (time === null)
    throw new MappingError(`${flag} ${text}: not a time such as 2026-11-20T08:30:00Z`);
  return Date.parse(time);
}

function planOf(options: ReplayOptions): ReplayPlan {
  const { from, until } = options;
  const plan = {
    from: from === undefined ? -Infinity : timeOf('--from', from),
    until: until === undefined ? Infinity : timeOf('--until', until),
    trainAt: (options.trainAt ?? '')
      .split(',')
      .filter((text) => text.trim() !== '')
      .map((text) => timeOf('--train-at', text))
      .sort((a, b) => a - b),
  };
  if (plan.from > plan.until) throw new MappingError('--from lies after --until');
  if ((plan.trainAt.at(-1) ?? -Infinity) > plan.until) {
    throw new MappingError('--train-at lies after --until: what it should know is not all sent');
  }
  return plan;
}

function filesIn(folder: string): { kind: KindName; path: string }[] {
  const found = KIND_NAMES.flatMap((kind) => {
    const name = kind === 'journeys' ? 'journeys.json' : `${kind}.ndjson`;
    const path = [name, `${name}.gz`].map((file) => join(folder, file)).find(existsSync);
    return path === undefined ? [] : [{ kind, path }];
  });
  if (found.length === 0) throw new MappingError(`${folder} holds no journeys.json and no .ndjson`);
  return found;
}

async function* itemsOf(
  kind: KindName,
  path: string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly { line: number; text: string }[]> {
  const text = readText(path, onBytes);
  if (kind !== 'journeys') {
    yield* readLines(text);
    return;
  }
  const reader = new JsonArrayReader();
  for await (const piece of text) yield reader.read(piece);
  yield reader.end();
}

async function openPredictions(path: string | undefined): Promise<FileHandle | undefined> {
  try {
    return path === undefined ? undefined : await open(path, 'w');
  } catch (cause) {
    throw new MappingError(`cannot write ${path ?? ''}`, { cause });
  }
}

/** Feeds a folder to the running service. */
export async function replayFolder(folder: string, options: ReplayOptions): Promise<ReplaySummary> {
  const plan = planOf(options);
  const found = filesIn(folder);
  const client = new ApiClient(await addressOf(process.env));
  const predictions = await openPredictions(options.predictions);
  const progress = await startProgress(found.map(({ path }) => path));
  const files = found.map(
    ({ kind, path }) =>
      new ReplayFile({ kind, file: path, items: itemsOf(kind, path, progress.read) }),
  );
  try {
    return await new Replay(client, progress, predictions).run(files, plan);
  } finally {
    await predictions?.close();
    progress.stop();
  }
}

function reportTroubles({ rejected, outOfOrder, stopped, reached }: ReplaySummary): void {
  for (const { file, line, code, pointer, detail } of rejected.slice(0, SHOWN)) {
    process.stderr.write(`${file}:${line}: ${[code, pointer, detail].filter(Boolean).join(' ')}\n`);
  }
  if (rejected.length > SHOWN) {
    process.stderr.write(`… and ${rejected.length - SHOWN} more; --json tells all\n`);
  }
  if (outOfOrder > 0) {
    process.stderr.write(`${outOfOrder} records lay too far out of order and were sent late\n`);
  }
  if (stopped !== undefined) {
    const resume = reached === undefined ? '' : `; go on with --from ${reached}`;
    process.stderr.write(`stopped: ${stopped}${resume}\n`);
  }
}

function report(summary: ReplaySummary, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(summary)}\n`);
    return;
  }
  reportTroubles(summary);
  for (const [kind, count] of Object.entries(summary.counts)) {
    const { accepted, duplicates, rejected } = count;
    process.stdout.write(
      `${kind}: ${accepted} accepted, ${duplicates} duplicates, ${rejected} rejected\n`,
    );
  }
  for (const training of summary.trainings) process.stdout.write(`${trainingLine(training)}\n`);
  process.stdout.write(`${summary.eventsPerSecond} events/s\n`);
}

function isComplete({ rejected, stopped, trainings }: ReplaySummary): boolean {
  const failed = trainings.some(({ state }) => state === 'failed');
  return rejected.length === 0 && stopped === undefined && !failed;
}

/** Adds `replay`: a folder of history through the public API, in the order in which it was known. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('feed a folder of history to the service in the order in which it became known')
    .argument('<dir>', 'a folder as `simulate` writes it')
    .option('--from <time>', 'leave out what was received before')
    .option('--until <time>', 'leave out what was received after')
    .option('--train-at <times>', 'train when everything until then is in; several with commas')
    .option('--predictions <file>', 'write the answers of anomalies as NDJSON')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', HELP)
    .action(async (folder: string, options: ReplayOptions, command: Command) => {
      try {
        const summary = await replayFolder(folder, options);
        report(summary, options.json ?? false);
        process.exitCode = isComplete(summary) ? 0 : 1;
      } catch (error) {
        if (error instanceof MappingError || error instanceof ApiError) {
          command.error(`error: ${error.message}`, { exitCode: 2 });
        }
        throw error;
      }
    });
}
