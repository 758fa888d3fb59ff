import type { Config } from '../config.js';
import { lockHolder } from '../lock.js';
import { serviceLock } from '../service-lock.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';

/** A database to work with. */
export interface Database {
  readonly url: string;
  /** Starts an embedded server again when it dies; told of each time and its error. */
  watch(onDeath: (error?: unknown) => void): void;
  /** Stops an embedded server, unless a running service uses it. */
  stop(): Promise<void>;
  /** As `stop`, without waiting: for a forced exit. */
  abandon(): Promise<void>;
}

/** The database of `DATABASE_URL`, else the embedded PostgreSQL of the data folder. */
export async function openDatabase(config: Config): Promise<Database> {
  if (config.databaseUrl !== undefined) return foreign(config.databaseUrl);
  const server = await startEmbeddedPostgres(config.dataDir);
  const isOurs = async (): Promise<boolean> => {
    const service = await lockHolder(serviceLock(config.dataDir));
    return service === undefined || service.pid === process.pid;
  };
  return {
    url: server.url,
    watch: (onDeath) => {
      server.watch(onDeath);
    },
    async stop() {
      if (await isOurs()) await server.stop();
    },
    async abandon() {
      if (await isOurs()) await server.abandon();
    },
  };
}

function foreign(url: string): Database {
  const nothing = (): Promise<void> => Promise.resolve();
  return { url, watch: () => undefined, stop: nothing, abandon: nothing };
}
