import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { SingleBar } from 'cli-progress';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import type { SimulatedWorld } from '../core/simulation/simulated-world.js';
import { eventsOf, planWorld } from '../core/simulation/simulated-world.js';
import { eventLine, journeyBodies, worldBodies } from '../core/simulation/world-lines.js';
import type { WorldOptions } from '../core/simulation/world-options.js';
import { DAY } from '../core/telemetry/time.js';
import { formatInstant, parseInstant } from '../wire/instant.js';

/** What was written: lines by file, and what truly happened. */
export interface SimulationSummary {
  readonly out: string;
  readonly days: number;
  readonly seed: number;
  readonly start: string;
  readonly scale: number;
  readonly lines: Readonly<Record<string, number>>;
  /** Faults, those that broke a stage, and of these those on which nothing fired. */
  readonly faults: number;
  readonly failures: number;
  readonly missed: number;
}

/** Told after each simulated day how many are done. */
export type OnDay = (days: number) => void;

const LINES_PER_CHUNK = 500;

/** The first UTC day of worlds that are not given another: a Monday. */
const FIRST_DAY = Date.UTC(2026, 0, 5);

interface EventTally {
  count: number;
}

/** The events as chunks of lines, so that the disk sets the pace and memory stays small. */
function* eventChunks(world: SimulatedWorld, tally: EventTally, onDay: OnDay): Generator<string> {
  let chunk: string[] = [];
  let days = 0;
  for (const event of eventsOf(world)) {
    chunk.push(eventLine(event));
    tally.count += 1;
    const passed = Math.floor((event.receivedAt - world.options.start) / DAY);
    if (passed > days) onDay((days = passed));
    if (chunk.length < LINES_PER_CHUNK) continue;
    yield `${chunk.join('\n')}\n`;
    chunk = [];
  }
  if (chunk.length > 0) yield `${chunk.join('\n')}\n`;
}

function failuresOf({ faults, effects, anomalies }: SimulatedWorld): [number, number] {
  const failing = faults.filter(({ id }) => effects.get(id)?.some(({ failure }) => failure));
  const seen = new Set(anomalies.map(({ faultId }) => faultId));
  return [failing.length, failing.filter(({ id }) => !seen.has(id)).length];
}

/** Simulates a world and writes its files into the folder, which is made where it is absent. */
export async function writeWorld(
  options: WorldOptions,
  out: string,
  onDay: OnDay = () => undefined,
): Promise<SimulationSummary> {
  const world = planWorld(options);
  await mkdir(out, { recursive: true });
  const journeys = journeyBodies(world);
  await writeFile(join(out, 'journeys.json'), `${JSON.stringify(journeys, null, 2)}\n`);
  const tally: EventTally = { count: 0 };
  const events = Readable.from(eventChunks(world, tally, onDay));
  await pipeline(events, createWriteStream(join(out, 'events.ndjson')));
  const lines: Record<string, number> = { journeys: journeys.length, events: tally.count };
  for (const [name, bodies] of Object.entries(worldBodies(world))) {
    const text = bodies.map((body) => `${JSON.stringify(body)}\n`).join('');
    await writeFile(join(out, `${name}.ndjson`), text);
    lines[name] = bodies.length;
  }
  onDay(options.days);
  const [failures, missed] = failuresOf(world);
  const { days, seed, start, scale } = options;
  const faults = world.faults.length;
  return { out, days, seed, start: formatInstant(start), scale, lines, faults, failures, missed };
}

interface SimulateFlags {
  readonly days: number;
  readonly seed: number;
  readonly out: string;
  readonly start: number;
  readonly scale: number;
  readonly trouble: number;
  readonly driftDay?: number;
  readonly json?: boolean;
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3660) return days;
  throw new InvalidArgumentError('not a whole number of days from 1 to 3660');
}

function seedNumber(text: string): number {
  const seed = Number(text);
  if (text.trim() !== '' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new InvalidArgumentError('not a whole number from 0 to 4294967295');
}

function positiveFactor(text: string): number {
  const scale = Number(text);
  if (scale > 0 && scale <= 1000) return scale;
  throw new InvalidArgumentError('not a number above 0 and up to 1000');
}

/** The UTC day that holds the moment; the world's days are whole. */
function utcDay(text: string): number {
  const at = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (at !== null) return Math.floor(at / DAY) * DAY;
  throw new InvalidArgumentError('not a date such as 2026-01-05 or an RFC 3339 time');
}

/** Registers `simulate`: writes a seeded world with its truth apart. */
export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('write a seeded world: journeys, events, anomalies, and the truth apart')
    .requiredOption('--days <number>', 'how long the world lasts', wholeDays)
    .requiredOption('--seed <number>', 'the same seed writes the same bytes', seedNumber)
    .requiredOption('--out <folder>', 'where the files go')
    .addOption(
      new Option('--start <time>', 'its first UTC day')
        .argParser(utcDay)
        .default(FIRST_DAY, new Date(FIRST_DAY).toISOString().slice(0, 10)),
    )
    .option(
      '--scale <number>',
      'traffic against the default of 5,000 attempts a day',
      positiveFactor,
      1,
    )
    .option(
      '--trouble <number>',
      'faults and false alarms against the default of 8 anomalies a day',
      positiveFactor,
      1,
    )
    .option(
      '--drift-day <number>',
      "how many days pass before one service's alerts change their meaning",
      wholeDays,
    )
    .option('--json', 'answer as JSON')
    .action(run);
}

/** A refusal of the file system, such as a full disk or a folder that is a file. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

async function run(flags: SimulateFlags, command: Command): Promise<void> {
  const { days, seed, start, scale, trouble, driftDay, out } = flags;
  if (driftDay !== undefined && driftDay >= days) {
    const text = `error: --drift-day ${driftDay} never comes: the world lasts --days ${days}`;
    command.error(text, { exitCode: 2 });
  }
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: '{bar} day {value} of {total}', stream: process.stderr })
    : null;
  bar?.start(days, 0);
  const driftAt = driftDay === undefined ? undefined : driftDay * DAY;
  const onDay: OnDay = (day) => bar?.update(day);
  try {
    const summary = await writeWorld({ days, seed, start, scale, trouble, driftAt }, out, onDay);
    const json = flags.json === true;
    process.stdout.write(json ? `${JSON.stringify(summary)}\n` : summaryText(summary));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    process.stderr.write(`throughline simulate: ${error.message}\n`);
    process.exitCode = 1;
  } finally {
    bar?.stop();
  }
}

function summaryText({ out, lines, faults, failures, missed }: SimulationSummary): string {
  const rows = Object.entries(lines).map(([name, count]) => `  ${name.padEnd(15)} ${count}\n`);
  const told = `${faults} faults, ${failures} broke a stage, ${missed} of them without an alert`;
  return `${out}\n${rows.join('')}${told}\n`;
}
