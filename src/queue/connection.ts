import { createPostgresBackend, Queue } from 'bullmq';

/** Where jobs go; the service's own PostgreSQL unless a Redis is given. */
export type QueueConnection =
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'redis'; readonly url: string };

/** BullMQ's name for our one queue: jobs are told apart by theirs. */
export const QUEUE = 'throughline';

/** Connections a queue or worker may hold, its listener apart. */
const POOL = 4;

/** Redis where its URL is given, else PostgreSQL. */
export function queueConnection(databaseUrl: string, redisUrl?: string): QueueConnection {
  return redisUrl === undefined
    ? { kind: 'postgres', url: databaseUrl }
    : { kind: 'redis', url: redisUrl };
}

// BullMQ asks for an index signature, which only an alias has.
type PostgresOptions = Record<'connectionString' | 'schema', string> & {
  readonly max: number;
  readonly migrate: boolean;
};

/** BullMQ's options for its PostgreSQL backend: a schema of its own beside our tables. */
export function postgresOptions(url: string, migrate = false): PostgresOptions {
  return { connectionString: url, schema: 'bullmq', max: POOL, migrate };
}

/** Makes or updates the queue's tables; to be run with the migrations, before any queue or worker. */
export async function migrateQueue(connection: QueueConnection): Promise<void> {
  if (connection.kind === 'redis') return;
  const options = { connection: postgresOptions(connection.url, true) };
  const queue = new Queue(QUEUE, options, createPostgresBackend);
  try {
    await queue.waitUntilReady();
  } finally {
    await queue.close();
  }
}
