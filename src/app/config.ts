import { resolve } from 'node:path';
import { z } from 'zod';
import { isNetwork } from '../connectors/prometheus/address-guard.js';
import { DomainError } from '../core/errors/domain-error.js';
import type { Duration } from '../core/telemetry/time.js';
import { DAY, parseDuration } from '../core/telemetry/time.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What the environment says, parsed once; paths are absolute, URLs have no trailing slash. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Holds the embedded PostgreSQL, models, reports and the generated API key. */
  readonly dataDir: string;
  readonly apiKey: string | undefined;
  /** Absent: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Absent: jobs go through the same PostgreSQL. */
  readonly redisUrl: string | undefined;
  /** How long events are kept, milliseconds; absent: for ever. */
  readonly eventRetention: Duration | undefined;
  /** Whether days past it are dropped, or only detached. */
  readonly dropsEvents: boolean;
  /** Networks in which a Prometheus that callers name may be; empty: any. */
  readonly prometheusNetworks: readonly string[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Where the command line finds a running service. */
  readonly url: string;
}

const url = (...protocols: readonly string[]): z.ZodType<string> =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });

/** Baselines and features look back so far. */
const SHORTEST_RETENTION = 60 * DAY;

const environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number, 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number, 0 to 65535')
    .default(3000),
  HOST: z.string().regex(/^\S+$/, 'must be a host name or address').default('127.0.0.1'),
  THROUGHLINE_DATA_DIR: z.string().default('./data'),
  THROUGHLINE_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
  DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  REDIS_URL: url('redis:', 'rediss:').optional(),
  THROUGHLINE_EVENT_RETENTION: z
    .string()
    .transform((text) => parseDuration(text) ?? 0)
    .refine((retention) => retention >= SHORTEST_RETENTION, 'must be a duration of 60d or more')
    .optional(),
  THROUGHLINE_DROP_EVENTS: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false'),
  THROUGHLINE_PROMETHEUS_NETWORKS: z
    .string()
    .transform((text) => text.split(',').map((network) => network.trim()))
    .refine((networks) => networks.every(isNetwork), 'must be networks such as 10.0.0.0/8,::1')
    .default([]),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })
    .default('info'),
  THROUGHLINE_URL: url('http:', 'https:').optional(),
});

const ANY_ADDRESS = new Set(['0.0.0.0', '::']);

/** The URL of an address; one that means "every interface" is reached by loopback. */
export function serviceUrl(host: string, port: number): string {
  const name = ANY_ADDRESS.has(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Environment → configuration, frozen; throws one `invalid-configuration` that names every wrong value. */
export function parseConfig(env: NodeJS.ProcessEnv): Config {
  // Compose and .env files pass a variable that is not set as an empty one.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    // The value itself is not repeated: it may hold a password, and errors are logged.
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    const message = `wrong configuration: ${[...new Set(wrong)].join('; ')}`;
    throw new DomainError('invalid-configuration', message);
  }
  const value = parsed.data;
  return Object.freeze({
    port: value.PORT,
    host: value.HOST,
    dataDir: resolve(value.THROUGHLINE_DATA_DIR),
    apiKey: value.THROUGHLINE_API_KEY,
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    eventRetention: value.THROUGHLINE_EVENT_RETENTION,
    dropsEvents: value.THROUGHLINE_DROP_EVENTS === 'true',
    prometheusNetworks: value.THROUGHLINE_PROMETHEUS_NETWORKS,
    logLevel: value.LOG_LEVEL,
    url: (value.THROUGHLINE_URL ?? serviceUrl(value.HOST, value.PORT)).replace(/\/+$/, ''),
  });
}
