import { parseConfig } from './app/config.js';
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
await worker.close();
process.exit(0);
