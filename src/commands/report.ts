import { writeFile } from 'node:fs/promises';

import type { Command } from 'commander';

import type { ApiAddress } from './api-client.js';
import { ApiClient, ApiError, addressOf, expectOk } from './api-client.js';

/** The reports that a running service makes, and whether their chunks of time may be chosen. */
const REPORTS = [
  { name: 'performance', isChunked: true },
  { name: 'drift', isChunked: false },
  { name: 'data-quality', isChunked: true },
] as const;

interface ReportFlags {
  readonly from?: string;
  readonly to?: string;
  readonly chunk?: string;
  readonly html?: string;
  readonly json?: boolean;
}

function pathOf(name: string, { from, to, chunk }: ReportFlags, format: string): string {
  const asked = Object.entries({ from, to, chunk, format });
  const known = asked.filter((one): one is [string, string] => one[1] !== undefined);
  return `/v1/reports/${name}?${new URLSearchParams(known).toString()}`;
}

/** Fetches a report: the page into a file, its figures as JSON to standard output. */
async function fetchReport(address: ApiAddress, name: string, flags: ReportFlags): Promise<void> {
  const client = new ApiClient(address);
  if (flags.html !== undefined) {
    const page = expectOk(await client.get(pathOf(name, flags, 'html')));
    await writeFile(flags.html, typeof page === 'string' ? page : JSON.stringify(page));
    if (flags.json !== true) process.stdout.write(`${flags.html}\n`);
  }
  if (flags.json !== true && flags.html !== undefined) return;
  const figures = expectOk(await client.get(pathOf(name, flags, 'json')));
  process.stdout.write(`${JSON.stringify(figures, null, flags.json === true ? 0 : 2)}\n`);
}

/** Adds `report`: what a running service reports, as a page or as JSON. */
export function registerReport(program: Command): void {
  const report = program.command('report').description('reports of the running service');
  for (const { name, isChunked } of REPORTS) {
    const one = report
      .command(name)
      .option('--from <time>', 'its beginning, RFC 3339')
      .option('--to <time>', 'its end');
    if (isChunked) one.option('--chunk <duration>', 'length of a chunk of time, such as 7d');
    one
      .option('--html <file>', 'write it as a page')
      .option('--json', 'print it as JSON')
      .action(async (flags: ReportFlags, command: Command) => {
        try {
          await fetchReport(await addressOf(process.env), name, flags);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          command.error(`error: ${error.message}`, {
            exitCode: error.status === undefined ? 1 : 2,
          });
        }
      });
  }
}
