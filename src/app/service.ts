import type { Logger } from 'pino';
import { migrateQueue, queueConnection } from '../queue/connection.js';
import { serviceKey, type ServiceKey } from './api-key.js';
import type { Config } from './config.js';
import { openDatabase } from './database/open-database.js';
import { takeLock } from './lock.js';
import { serviceLock } from './service-lock.js';
import { keepWorker } from './worker-process.js';

/** A worker may finish its jobs for so long; what it has then goes back to the queue. */
const DRAIN_MS = 30_000;

/** A listening API; `close` takes no more requests and answers those it has. */
export interface Api {
  readonly url: string;
  close(): Promise<void>;
}

/** What a service is made of. */
export interface ServiceParts {
  readonly startApi: (config: Config, databaseUrl: string) => Promise<Api>;
  /** The script of the worker process. */
  readonly worker: string;
  readonly logger: Logger;
}

/** API, worker and database of one machine. */
export interface Service {
  readonly url: string;
  readonly key: ServiceKey;
  /** Answers what was asked, lets jobs finish, then stops worker and PostgreSQL. */
  stop(): Promise<void>;
}

/** A service under way: it can be ended before it has started. */
export interface StartingService {
  /** A start that fails has stopped what it had started. */
  readonly started: Promise<Service>;
  /** Ends worker and database without waiting for anything. */
  abandon(): Promise<void>;
}

/** Starts everything on one machine: lock, database, API in this process, worker in a child. */
export function startService(config: Config, parts: ServiceParts): StartingService {
  const steps = new Steps();
  return {
    started: start(config, parts, steps).catch(async (error: unknown) => {
      await steps.undo().catch((left: unknown) => {
        parts.logger.error({ err: left }, 'the failed start left something running');
      });
      throw error;
    }),
    abandon: () => steps.abandon(),
  };
}

async function start(config: Config, parts: ServiceParts, steps: Steps): Promise<Service> {
  const { logger } = parts;
  const lock = await takeLock(serviceLock(config.dataDir));
  steps.add(() => lock.release());
  const key = await serviceKey(config);
  const database = await openDatabase(config);
  steps.add(
    () => database.stop(),
    () => database.abandon(),
  );
  database.watch((error) => {
    if (error === undefined) logger.error('PostgreSQL died; it is started again');
    else logger.error({ err: error }, 'PostgreSQL could not be started again');
  });
  await migrateQueue(queueConnection(database.url, config.redisUrl));
  const api = await parts.startApi({ ...config, apiKey: key.key }, database.url);
  const env = { ...process.env, DATABASE_URL: database.url };
  const worker = keepWorker(parts.worker, env, (crash) => {
    logger.error(crash, 'the worker ended; it is started again');
  });
  // The API first: what its last requests asked of the worker is still taken up.
  steps.add(
    () => worker.stop(DRAIN_MS),
    () => {
      worker.kill();
    },
  );
  steps.add(() => api.close());
  await lock.announce(api.url);
  return { url: api.url, key, stop: () => steps.undo() };
}

type Step = () => Promise<void>;

/** What undoes the steps of a start, the last one first. */
class Steps {
  private readonly undos: Step[] = [];
  private readonly abandons: (() => Promise<void> | void)[] = [];

  add(undo: Step, abandon: () => Promise<void> | void = () => undefined): void {
    this.undos.push(undo);
    this.abandons.push(abandon);
  }

  /** Every step is tried; the first error is thrown at the end. */
  async undo(): Promise<void> {
    const errors: unknown[] = [];
    for (const undo of this.undos.splice(0).reverse()) {
      await undo().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  async abandon(): Promise<void> {
    for (const abandon of this.abandons.splice(0).reverse()) await abandon();
  }
}
