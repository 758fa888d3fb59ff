import { parseConfig } from './app/config.js';
import { createLogger } from './app/logger.js';
import { startApi } from './app/start-api.js';
import { listenForStop } from './app/stop-request.js';
import { DomainError } from './core/errors/domain-error.js';
import { migrateQueue, queueConnection } from './queue/connection.js';

/** One API process by itself: stateless, on a database of its own; `throughline start` runs everything. */
const config = parseConfig(process.env);
if (config.databaseUrl === undefined) {
  throw new DomainError('invalid-configuration', 'an API process by itself needs DATABASE_URL');
}
const stop = listenForStop();
stop.onImpatience(() => process.exit(1));
await migrateQueue(queueConnection(config.databaseUrl, config.redisUrl));
const api = await startApi(config, config.databaseUrl);
createLogger(config, 'api').info({ url: api.url }, 'listening');
await stop.requested;
await api.close();
process.exit(0);
