import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';

import type { Command } from 'commander';
import type { z } from 'zod';

import { backtestAnswer } from '../wire/backtest.js';
import type { ApiClient } from './api-client.js';
import { expectOk } from './api-client.js';
import { askService } from './ask-service.js';

type Backtest = z.output<typeof backtestAnswer>;

/** Episodes and missed failures that are shown one by one; `--json` tells all. */
const SHOWN = 20;

const labelWords = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

function shown(title: string, lines: readonly string[]): string[] {
  const more = lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more`] : [];
  return lines.length === 0 ? [] : [title, ...lines.slice(0, SHOWN), ...more];
}

/** The answer for people: the point, the notes, each episode with what it caught, what was missed. */
function backtestText({ episodes, missedFailures, notes, ...point }: Backtest): string {
  const { threshold, pagesPerWeek, caught, missed, cost } = point;
  const pages = episodes.map(({ startedAt, endedAt, failureIds, labels }) => {
    const caughtWords = failureIds.length === 0 ? 'caught nothing' : `caught ${failureIds.join()}`;
    const words = [startedAt, `to ${endedAt ?? 'now'}`, labelWords(labels), caughtWords];
    return `  ${words.filter(Boolean).join('  ')}`;
  });
  const unseen = missedFailures.map(
    ({ failureId, startedAt, endedAt, valueLost }) =>
      `  ${startedAt}  to ${endedAt}  ${failureId}, ${valueLost.toPrecision(4)} lost`,
  );
  const figures = `${pagesPerWeek.toPrecision(3)} pages a week, ${caught} failures caught, ${missed} missed, cost ${cost.toPrecision(4)}`;
  const lines = [`threshold ${threshold}: ${figures}`, ...notes];
  return [...lines, ...shown('episodes', pages), ...shown('missed failures', unseen)].join('\n');
}

async function backtest(client: ApiClient, text: string, json: boolean): Promise<void> {
  const answer = await client.post('/v1/backtests', { text, type: 'application/json' });
  const body = expectOk(answer);
  process.stdout.write(
    `${json ? JSON.stringify(body) : backtestText(backtestAnswer.parse(body))}\n`,
  );
}

const HELP = `
The file is the body of POST /v1/backtests, for instance:
  { "rule": { "name": "PaymentErrors", "comparison": ">", "threshold": 0.02, "for": "5m" },
    "journey": "checkout", "stage": "payment",
    "series": { "prometheus": { "url": "http://prometheus:9090", "query": "payment_errors",
                                "from": "2026-09-01T00:00:00Z", "to": "2026-11-01T00:00:00Z",
                                "step": "1m" } } }
`;

/** Adds `backtest`: a rule replayed against the failures that the service measured. */
export function registerBacktest(program: Command): void {
  program
    .command('backtest')
    .description('would this alert rule have fired, and was it right? asked of the service')
    .argument('<file>', 'the question, JSON; - for standard input')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, { json }: { json?: boolean }, command: Command) => {
      let text: string;
      try {
        // Standard input may be a socket, which has no file name to be opened by.
        text = await (file === '-' ? textOf(process.stdin) : readFile(file, 'utf8'));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        command.error(`error: cannot read ${file}: ${why}`, { exitCode: 2 });
      }
      await askService(command, (client) => backtest(client, text, json ?? false));
    });
}
