import type { Command } from 'commander';

import { askService } from './ask-service.js';
import { trainAsOf, trainingLine } from './training-run.js';

interface TrainFlags {
  readonly asOf?: string;
  readonly json?: boolean;
}

/** Says on a terminal how far a run is, in place; says nothing into a file. */
function tell(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${words}`);
}

/** Adds `train`: a training run of the running service, by hand. Exits 1 where it failed. */
export function registerTrain(program: Command): void {
  program
    .command('train')
    .description('measure what is due, train, and let the promotion gate decide who answers')
    .option('--as-of <time>', 'learn only from what was known then, RFC 3339')
    .option('--json', 'print the run as JSON')
    .action(async (flags: TrainFlags, command: Command) => {
      await askService(command, async (client) => {
        const result = await trainAsOf(client, flags.asOf, tell);
        tell('');
        const text = flags.json === true ? JSON.stringify(result) : trainingLine(result);
        process.stdout.write(`${text}\n`);
        process.exitCode = result.state === 'failed' ? 1 : 0;
      });
    });
}
