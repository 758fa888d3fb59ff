import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { LogController } from 'fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import 'reflect-metadata';
import type { DataSource } from 'typeorm';

import { AddressGuard } from '../connectors/prometheus/address-guard.js';
import { ChampionScorer } from '../loop/champion-scorer.js';
import { ensurePrior } from '../loop/ensure-prior.js';
import type { ReportWriter } from '../loop/reports.js';
import { ReportWriterHere } from '../loop/reports.js';
import { queueConnection } from '../queue/connection.js';
import { createJobQueue } from '../queue/job-queue.js';
import { openDataSource } from '../storage/data-source.js';
import { EventCopies } from '../storage/event-copies.js';
import { ModelFiles } from '../storage/model-files.js';
import { apiDocument } from './api-document.js';
import { ApiModule } from './api.module.js';
import { keepServiceKey } from './api-key.js';
import type { Config } from './config.js';
import { serviceUrl } from './config.js';
import { limitBodyTypes } from './http/body-types.js';
import { serveDashboard } from './http/dashboard.js';
import { drained } from './http/drain.js';
import { askForKeys, gateIntake } from './http/intake-gate.js';
import { KeyHolders } from './http/key-holders.js';
import { answerParserError, answerRouterError, refuseExpectations } from './http/parser-errors.js';
import { LONGEST_PARAMETER, refuseNulInPaths } from './http/paths.js';
import { refuseOtherMethods } from './http/methods.js';
import { serveMetrics } from './http/metrics.js';
import type { BodyPatience } from './http/stalled-bodies.js';
import { endStalledBodies } from './http/stalled-bodies.js';
import { NestLogger, createLogger, logUnreadable } from './logger.js';
import { readiness } from './readiness.js';
import { ReportThread } from './report-thread.js';
import type { Api } from './service.js';

/** The largest JSON body that is read; longer streams go as NDJSON. */
const BODY_LIMIT = 16 * 1024 * 1024;

const modelsFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(dataDir, 'models');

/** Where the models of an installation are kept. */
export function modelFiles(config: Pick<Config, 'dataDir'>): ModelFiles {
  return new ModelFiles(modelsFolder(config));
}

/** Where the worker of an installation copies events to. */
export function eventCopies(config: Pick<Config, 'dataDir'>): EventCopies {
  return new EventCopies(join(config.dataDir, 'events'));
}

/** Migrates the database, then listens. */
export async function startApi(config: Config, databaseUrl: string): Promise<Api> {
  const source = await openDataSource(databaseUrl);
  await ensurePrior(source, Date.now());
  if (config.apiKey !== undefined) {
    const revoked = await keepServiceKey(source, config.apiKey, new Date());
    if (revoked > 0) {
      const logger = createLogger(config, 'api');
      logger.warn(
        { revoked },
        "the service's key is another one than before: the old one is revoked",
      );
    }
  }
  const reports = new ReportThread(new URL('../report.js', import.meta.url), {
    databaseUrl,
    folder: modelsFolder(config),
  });
  const { app, close } = await createApi(config, databaseUrl, source, { reports });
  await app.listen(config.port, config.host);
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  return {
    url: serviceUrl(config.host, port),
    async close() {
      await close();
      await reports.close();
    },
  };
}

/** How long others may take, milliseconds. */
export interface Patience {
  readonly body: BodyPatience;
  /** Requests that are under way when the service stops. */
  readonly drain: number;
}

const PATIENCE: Patience = { body: { silence: 60_000, whole: 300_000 }, drain: 10_000 };

/** What an API may have instead of the usual. */
interface ApiOptions {
  readonly reports?: ReportWriter;
  readonly patience?: Patience;
}

/** Sets what is served and refused before Nest is asked; answers the metrics. */
function guarded(server: FastifyInstance, holders: KeyHolders, patience: Patience): Registry {
  // A stream is handed on as it comes: it may be longer than memory.
  server.addContentTypeParser('application/x-ndjson', (_request, payload, done) => {
    done(null, payload);
  });
  const metrics = serveMetrics(server);
  refuseExpectations(server.server);
  endStalledBodies(server, patience.body);
  refuseOtherMethods(server);
  limitBodyTypes(server);
  refuseNulInPaths(server);
  askForKeys(server, holders);
  gateIntake(server);
  return metrics;
}

function adapterWith(logger: Logger): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    clientErrorHandler: answerParserError,
    frameworkErrors: answerRouterError,
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
  });
}

/** The API on a database that is open and migrated; not listening yet. */
export async function createApi(
  config: Config,
  databaseUrl: string,
  source: DataSource,
  options: ApiOptions = {},
): Promise<{ app: NestFastifyApplication; close: () => Promise<void> }> {
  const logger = createLogger(config, 'api');
  const adapter = adapterWith(logger);
  const server = adapter.getInstance();
  const holders = new KeyHolders(source);
  const patience = options.patience ?? PATIENCE;
  const metrics = guarded(server, holders, patience);
  const jobs = createJobQueue(queueConnection(databaseUrl, config.redisUrl), (error) => {
    logger.warn({ err: error }, 'the job queue lost its connection');
  });
  const files = modelFiles(config);
  const guard = new AddressGuard(config.prometheusNetworks);
  const scorer = new ChampionScorer(files, logUnreadable(logger));
  const kept = { files, copies: eventCopies(config), scorer };
  const reports = options.reports ?? new ReportWriterHere({ sql: source.manager, ...kept });
  const told = { metrics, readiness: readiness(jobs, scorer), reports };
  const parts = { source, jobs, guard, holders, ...kept, ...told };
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.on(parts), adapter, {
    logger: new NestLogger(logger),
    bodyParser: true,
    abortOnError: false,
  });
  SwaggerModule.setup('docs', app, apiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
  await serveDashboard(server);
  await app.init();
  await server.ready();
  return {
    app,
    async close() {
      await drained(server.server, () => app.close(), patience.drain);
      await jobs.close();
      await source.destroy();
    },
  };
}
