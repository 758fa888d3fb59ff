import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';
import { pino } from 'pino';

import type { Config } from './config.js';

/** The process's own logger: JSON lines to standard error, so that standard output stays for people. */
export function createLogger(config: Pick<Config, 'logLevel'>, name: string): Logger {
  return pino({ name, level: config.logLevel }, pino.destination({ fd: 2, sync: false }));
}

/** Tells of a model whose files are gone or broken. */
export function logUnreadable(logger: Logger): (version: string, error: unknown) => void {
  return (model, err) => {
    logger.error({ model, err }, 'a model cannot be read: where it is champion the prior answers');
  };
}

/** Nest's log goes the same way as everything else's. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message));
  }

  debug(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...more: readonly unknown[]): void {
    const context = more.at(-1);
    if (message instanceof Error) this.logger.error({ context, err: message }, message.message);
    else this.logger.error({ context }, String(message));
  }

  fatal(message: unknown, ...more: readonly unknown[]): void {
    this.error(message, ...more);
  }
}
