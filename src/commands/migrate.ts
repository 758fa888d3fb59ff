import type { Command } from 'commander';

import { parseConfig } from '../app/config.js';
import { openDatabase } from '../app/database/open-database.js';
import { createDataSource, migrate } from '../storage/data-source.js';

async function run({ json }: { readonly json?: boolean }): Promise<void> {
  const database = await openDatabase(parseConfig(process.env));
  try {
    const source = await createDataSource(database.url, 2).initialize();
    try {
      const done = await migrate(source);
      const words = done.length === 0 ? ['the schema is up to date'] : done;
      const text = json === true ? JSON.stringify({ done }) : words.join('\n');
      process.stdout.write(`${text}\n`);
    } finally {
      await source.destroy();
    }
  } finally {
    await database.stop();
  }
}

/** Adds `migrate`: what `start` does first, by itself, for those who update the schema apart. */
export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the schema of the database up to date; `start` does so by itself')
    .option('--json', 'print what was done as JSON')
    .action(run);
}
