import { randomBytes } from 'node:crypto';

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

import { parseConfig } from '../app/config.js';
import { openDatabase } from '../app/database/open-database.js';
import type { Scope } from '../http/caller.js';
import { SCOPES } from '../http/caller.js';
import { saveApiKey } from '../storage/api-key.store.js';
import { openDataSource } from '../storage/data-source.js';

interface CreateOptions {
  readonly scope: readonly Scope[];
  readonly name: string;
  readonly json?: boolean;
}

function scopes(text: string): Scope[] {
  return text.split(',').map((word) => {
    const scope = SCOPES.find((one) => one === word.trim());
    if (scope === undefined) throw new InvalidArgumentError(`scopes are ${SCOPES.join(', ')}`);
    return scope;
  });
}

/** Makes a key and keeps its hash: the key itself is shown this once. */
async function create({ scope, name, json }: CreateOptions): Promise<void> {
  const database = await openDatabase(parseConfig(process.env));
  try {
    const source = await openDataSource(database.url, 1);
    const secret = `tl_${randomBytes(32).toString('base64url')}`;
    await saveApiKey(source.manager, { secret, name, scopes: scope, createdAt: new Date() });
    await source.destroy();
    const told = json === true ? JSON.stringify({ key: secret, name, scopes: scope }) : secret;
    process.stdout.write(`${told}\n`);
  } finally {
    await database.stop();
  }
}

/** Adds `keys create`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('API keys of the service');
  keys
    .command('create')
    .description('make a key and print it once; works beside a running service')
    .requiredOption('--scope <scopes>', `with commas: ${SCOPES.join(', ')}`, scopes)
    .option('--name <name>', 'whose key it is', 'made by hand')
    .option('--json', 'print it as JSON')
    .action(create);
}
