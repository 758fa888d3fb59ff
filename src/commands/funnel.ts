import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import { DomainError } from '../core/errors/domain-error.js';
import { funnel, stepMasks } from '../core/journeys/funnel.js';
import type { FunnelOrder } from '../core/journeys/journey.js';
import { FUNNEL_ORDERS } from '../core/journeys/journey.js';
import type { Duration } from '../core/telemetry/time.js';
import { DAY, parseDuration } from '../core/telemetry/time.js';
import type { BadRow } from './funnel-events.js';
import { readFunnelEvents } from './funnel-events.js';
import { funnelText } from './funnel-report.js';

interface FunnelFlags {
  readonly events: string;
  readonly actor: string;
  readonly event: string;
  readonly time: string;
  readonly steps: string[];
  readonly order: FunnelOrder;
  readonly window: Duration;
  readonly json?: boolean;
}

/** Bad rows that are named one by one; the rest is counted. */
const NAMED_ROWS = 20;

/** Errors of the data; any other DomainError is a flag that does not fit. */
const FAILURES: ReadonlySet<string> = new Set(['unreadable-file', 'empty-table', 'no-events']);

/** Registers `funnel`: how many actors of a file get how far. Exits 0, 1 failed, 2 wrong flags. */
export function registerFunnel(program: Command): void {
  program
    .command('funnel')
    .description('count how many actors reach each step, and how long they take')
    .requiredOption('--events <file>', 'CSV or NDJSON (plain or .gz) or Parquet, one event a row')
    .requiredOption('--actor <column>', 'who did it')
    .requiredOption('--event <column>', 'what was done')
    .requiredOption('--time <column>', 'when: ISO 8601 (UTC without a zone), or epoch s or ms')
    .requiredOption('--steps <events>', 'the events of the steps: A,B,C', stepList)
    .addOption(
      new Option('--order <order>', 'how the steps must follow each other')
        .choices(FUNNEL_ORDERS)
        .default('ordered'),
    )
    .addOption(
      new Option('--window <duration>', 'from entry to last step, inclusive')
        .argParser(duration)
        .default(14 * DAY, '14d'),
    )
    .option('--json', 'answer as JSON')
    .action(run);
}

async function run(flags: FunnelFlags): Promise<void> {
  try {
    await answer(flags);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    process.stderr.write(`throughline funnel: ${error.message}\n`);
    process.exitCode = FAILURES.has(error.code) ? 1 : 2;
  }
}

async function answer(flags: FunnelFlags): Promise<void> {
  const { steps, order, window } = flags;
  const file = { ...flags, path: flags.events };
  const { actors, events, bad } = await readFunnelEvents(file, stepMasks(steps), steps);
  reportBadRows(bad);
  if (events === 0) throw new DomainError('no-events', `${file.path} has no event to count.`);
  const counted = funnel(actors, { steps, order, window });
  const text = flags.json
    ? JSON.stringify({ steps: counted }, null, 2)
    : funnelText(counted).trimEnd();
  process.stdout.write(`${text}\n`);
}

function reportBadRows(bad: readonly BadRow[]): void {
  if (bad.length === 0) return;
  const named = bad.slice(0, NAMED_ROWS).map(({ line, reason }) => `  line ${line}: ${reason}\n`);
  const more = bad.length > NAMED_ROWS ? `  and ${bad.length - NAMED_ROWS} more\n` : '';
  process.stderr.write(
    `throughline funnel: rows left out: ${bad.length}\n${named.join('')}${more}`,
  );
}

function stepList(text: string): string[] {
  const steps = text.split(',').map((name) => name.trim());
  if (steps.includes('')) throw new InvalidArgumentError('It must be names with commas between.');
  return steps;
}

function duration(text: string): Duration {
  const window = parseDuration(text);
  if (window === null || window === 0) {
    throw new InvalidArgumentError('It must be a duration such as 30m or 14d.');
  }
  return window;
}
