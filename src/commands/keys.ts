import { randomBytes } from 'node:crypto';

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

import { parseConfig } from '../app/config.js';
import { openDatabase } from '../app/database/open-database.js';
import { DomainError } from '../core/errors/domain-error.js';
import type { Scope } from '../http/caller.js';
import { SCOPES } from '../http/caller.js';
import type { ListedKey } from '../storage/api-key.store.js';
import { SERVICE, apiKeys, revokeApiKeys, saveApiKey } from '../storage/api-key.store.js';
import { audit } from '../storage/audit.store.js';
import { openDataSource } from '../storage/data-source.js';

interface Shown {
  readonly json?: boolean;
}

interface CreateOptions extends Shown {
  readonly scope: readonly Scope[];
  readonly name: string;
}

function scopes(text: string): Scope[] {
  return text.split(',').map((word) => {
    const scope = SCOPES.find((one) => one === word.trim());
    if (scope === undefined) throw new InvalidArgumentError(`scopes are ${SCOPES.join(', ')}`);
    return scope;
  });
}

function ownName(name: string): string {
  if (name !== SERVICE) return name;
  throw new InvalidArgumentError(
    `${SERVICE} is the service's own key: it is revoked by a start with another THROUGHLINE_API_KEY, or without the file api-key of the data folder`,
  );
}

type Source = Awaited<ReturnType<typeof openDataSource>>;

async function onDatabase<T>(work: (source: Source) => Promise<T>): Promise<T> {
  const database = await openDatabase(parseConfig(process.env));
  try {
    const source = await openDataSource(database.url, 1);
    try {
      return await work(source);
    } finally {
      await source.destroy();
    }
  } finally {
    await database.stop();
  }
}

function print({ json }: Shown, told: object, text: string): void {
  process.stdout.write(`${json === true ? JSON.stringify(told) : text}\n`);
}

/** Makes a key and keeps its hash: the key itself is shown this once. */
async function create(options: CreateOptions): Promise<void> {
  const { scope, name } = options;
  const secret = `tl_${randomBytes(32).toString('base64url')}`;
  const key = { secret, name, scopes: scope, createdAt: new Date() };
  await onDatabase((source) => saveApiKey(source.manager, key));
  print(options, { key: secret, name, scopes: scope }, secret);
}

/** Revokes every key of a name; a running service knows within seconds. */
async function revoke(name: string, options: Shown): Promise<void> {
  const at = new Date();
  const revoked = await onDatabase((source) =>
    source.transaction(async (sql) => {
      const count = await revokeApiKeys(sql, name, { at });
      if (count === 0) throw new DomainError('unknown-key', `no valid key is named ${name}`);
      const deed = { at, who: 'command line', action: 'api-key.revoke', subject: name };
      await audit(sql, { ...deed, after: { revoked: count } });
      return count;
    }),
  );
  print(options, { name, revoked }, `revoked ${revoked === 1 ? '1 key' : `${revoked} keys`}`);
}

function line({ name, scopes: allowed, createdAt, revokedAt }: ListedKey): string {
  const ended = revokedAt === null ? '' : `, revoked ${revokedAt.toISOString()}`;
  return `${name}: ${allowed.join(',')}, created ${createdAt.toISOString()}${ended}`;
}

/** Lists whose keys there are, the revoked ones too; the keys themselves nobody keeps. */
async function list(options: Shown): Promise<void> {
  const found = await onDatabase((source) => apiKeys(source.manager));
  const keys = found.map(({ name, scopes: allowed, createdAt, revokedAt }) => ({
    ...{ name, scopes: allowed, createdAt, revokedAt },
  }));
  print(options, { keys }, keys.length === 0 ? 'there is no key' : keys.map(line).join('\n'));
}

/** Adds `keys create`, `keys revoke` and `keys list`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('API keys of the service');
  keys
    .command('create')
    .description('make a key and print it once; works beside a running service')
    .requiredOption('--scope <scopes>', `with commas: ${SCOPES.join(', ')}`, scopes)
    .option('--name <name>', 'whose key it is', ownName, 'made by hand')
    .option('--json', 'print it as JSON')
    .action(create);
  keys
    .command('revoke')
    .description('end every key of a name; a running service refuses it within seconds')
    .argument('<name>', 'whose key it is', ownName)
    .option('--json', 'print it as JSON')
    .action(revoke);
  keys
    .command('list')
    .description('whose keys there are and were, with their scopes')
    .option('--json', 'print them as JSON')
    .action(list);
}
