import { parseConfig } from './app/config.js';
import { createLogger } from './app/logger.js';
import { startWorker } from './app/start-worker.js';
import { listenForStop } from './app/stop-request.js';
import { DomainError } from './core/errors/domain-error.js';

const config = parseConfig(process.env);
if (config.databaseUrl === undefined) {
  throw new DomainError('invalid-configuration', 'a worker by itself needs DATABASE_URL');
}
const stop = listenForStop();
stop.onImpatience(() => process.exit(1));
const worker = await startWorker(config, config.databaseUrl);
await stop.requested;
try {
  await worker.close();
  process.exit(0);
} catch (error) {
  createLogger(config, 'worker').error({ err: error }, 'stopped, but not as it should');
  process.exit(1);
}
