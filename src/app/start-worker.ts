import { NestFactory } from '@nestjs/core';
import 'reflect-metadata';

import { AddressGuard } from '../connectors/prometheus/address-guard.js';
import { Clock } from '../http/clock.js';
import { ChampionScorer } from '../loop/champion-scorer.js';
import { queueConnection } from '../queue/connection.js';
import { createJobQueue } from '../queue/job-queue.js';
import { startWorker as startJobs } from '../queue/job-worker.js';
import { openDataSource } from '../storage/data-source.js';
import type { Config } from './config.js';
import { jobHandlers } from './jobs.js';
import { NestLogger, createLogger, logUnreadable } from './logger.js';
import { eventCopies, modelFiles } from './start-api.js';
import { StartTraining } from './start-training.js';
import { ScheduledJobsModule } from './schedule.module.js';

/** A worker that does jobs and fills the queue by the clock. */
export interface Worker {
  /** Takes no more jobs and waits for those it has. */
  close(): Promise<void>;
}

/** Starts to do jobs. */
export async function startWorker(config: Config, databaseUrl: string): Promise<Worker> {
  const logger = createLogger(config, 'worker');
  const source = await openDataSource(databaseUrl, 5);
  const clock = new Clock();
  const files = modelFiles(config);
  const scorer = new ChampionScorer(files, logUnreadable(logger));
  const connection = queueConnection(databaseUrl, config.redisUrl);
  const queue = createJobQueue(connection, (error) => {
    logger.warn({ err: error }, 'the job queue lost its connection');
  });
  const training = new StartTraining(source, clock, queue);
  const handlers = jobHandlers({
    source,
    clock,
    scorer,
    files,
    copies: eventCopies(config),
    retention: config,
    training,
    guard: new AddressGuard(config.prometheusNetworks),
  });
  const jobs = await startJobs(connection, handlers, {
    concurrency: 2,
    onError: (error) => {
      logger.warn({ err: error }, 'the worker lost its connection');
    },
    onFailure: (failure) => {
      logger.error({ ...failure, err: failure.error }, 'a job failed');
    },
  });
  await training.takeUpAgain();
  const schedule = await NestFactory.createApplicationContext(
    ScheduledJobsModule.on(queue, training),
    {
      logger: new NestLogger(logger),
      abortOnError: false,
    },
  );
  return {
    async close() {
      await schedule.close();
      await jobs.close();
      await queue.close();
      await source.destroy();
    },
  };
}
