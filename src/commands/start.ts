import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { parseConfig } from '../app/config.js';
import { createLogger } from '../app/logger.js';
import { type Service, startService } from '../app/service.js';
import { startApi } from '../app/start-api.js';
import { listenForStop } from '../app/stop-request.js';

/** Adds `start`: API, worker and dashboard, on the embedded PostgreSQL unless told otherwise. */
export function registerStart(program: Command): void {
  program
    .command('start')
    .description('start API, worker and dashboard, on an embedded PostgreSQL by default')
    .option('--json', 'print where it listens as one line of JSON')
    .action(async (options: { json?: boolean }) => {
      await serve(options.json ?? false);
    });
}

async function serve(json: boolean): Promise<void> {
  const config = parseConfig(process.env);
  const logger = createLogger(config, 'start');
  const stop = listenForStop();
  const worker = fileURLToPath(new URL('../worker.js', import.meta.url));
  const starting = startService(config, { startApi, worker, logger });
  stop.onImpatience(() => {
    void starting.abandon().finally(() => process.exit(1));
  });
  const service = await starting.started;
  process.stdout.write(json ? toJson(service, config.dataDir) : toText(service, config.dataDir));
  const reason = await stop.requested;
  logger.info({ reason }, 'stopping: requests and jobs are finished first, a second signal forces');
  try {
    await service.stop();
    process.exit(0);
  } catch (error) {
    logger.error({ err: error }, 'stopped, but not everything ended as it should');
    process.exit(1);
  }
}

function toJson({ url, key }: Service, dataDir: string): string {
  const shown = key.isNew ? { apiKey: key.key } : {};
  return `${JSON.stringify({ url, dataDir, apiKeyFile: key.file, ...shown })}\n`;
}

function toText({ url, key }: Service, dataDir: string): string {
  const lines = [`Throughline listens on ${url} (its API at ${url}/docs)`, `Data      ${dataDir}`];
  const open = key.isNew ? `${url}/#key=${key.key}` : url;
  lines.push(`Dashboard ${open}`);
  if (key.file !== undefined) {
    const shown = key.isNew ? `${key.key} (shown this once, kept in ` : '(kept in ';
    lines.push(`API key   ${shown}${key.file})`);
  }
  return `${lines.join('\n')}\n`;
}
