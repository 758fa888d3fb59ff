import type { Command } from 'commander';

import type { ApiClient } from './api-client.js';
import { expectOk } from './api-client.js';
import { askService } from './ask-service.js';
import { writePage } from './write-page.js';

const CHUNK = ['--chunk <duration>', 'length of a chunk of time, such as 7d'] as const;
const AS_OF = ['--as-of <time>', 'leave out what became known later'] as const;

/** The reports that a running service makes, and what may be asked of each. */
const REPORTS = [
  {
    name: 'performance',
    summary: 'how good the answers were, by the outcomes that are known',
    asks: [AS_OF, CHUNK],
  },
  {
    name: 'drift',
    summary: 'what changed since the champion was trained',
    asks: [AS_OF],
  },
  {
    name: 'data-quality',
    summary: 'what is missing, unseen or stuck in what the model was asked with',
    asks: [AS_OF, CHUNK],
  },
] as const;

interface ReportFlags {
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly chunk?: string;
  readonly html?: string;
  readonly json?: boolean;
}

function pathOf(name: string, { from, to, asOf, chunk }: ReportFlags, format: string): string {
  const asked = Object.entries({ from, to, asOf, chunk, format });
  const known = asked.filter((one): one is [string, string] => one[1] !== undefined);
  return `/v1/reports/${name}?${new URLSearchParams(known).toString()}`;
}

/** Fetches a report: the page into a file, its figures as JSON to standard output. */
async function fetchReport(client: ApiClient, name: string, flags: ReportFlags): Promise<void> {
  if (flags.html !== undefined) {
    const page = expectOk(await client.get(pathOf(name, flags, 'html')));
    await writePage(flags.html, typeof page === 'string' ? page : JSON.stringify(page));
    if (flags.json !== true) process.stdout.write(`${flags.html}\n`);
  }
  if (flags.json !== true && flags.html !== undefined) return;
  const figures = expectOk(await client.get(pathOf(name, flags, 'json')));
  process.stdout.write(`${JSON.stringify(figures, null, flags.json === true ? 0 : 2)}\n`);
}

/** Adds `report`: what a running service reports, as a page or as JSON. */
export function registerReport(program: Command): void {
  const report = program.command('report').description('reports of the running service');
  for (const { name, summary, asks } of REPORTS) {
    const one = report
      .command(name)
      .description(summary)
      .option('--from <time>', 'its beginning, RFC 3339')
      .option('--to <time>', 'its end');
    for (const [flag, meaning] of asks) one.option(flag, meaning);
    one
      .option('--html <file>', 'write it as a page')
      .option('--json', 'print it as JSON')
      .action(async (flags: ReportFlags, command: Command) => {
        await askService(command, (client) => fetchReport(client, name, flags));
      });
  }
}
