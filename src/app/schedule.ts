import { Inject, Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';

import type { JobQueue } from '../queue/job-queue.js';
import { StartTraining } from './start-training.js';

/** Names the queue that the schedule fills. */
export const SCHEDULED_JOBS = Symbol('scheduled jobs');

/** Everything that happens by the clock, on one page. Each line only adds a job; the worker does it. */
@Injectable()
export class Schedule {
  constructor(
    @Inject(SCHEDULED_JOBS) private readonly jobs: JobQueue,
    private readonly training: StartTraining,
  ) {}

  /** Senders ask for it themselves; this is for those that were cut off before they could. */
  @Cron(CronExpression.EVERY_MINUTE)
  async projectEvents(): Promise<void> {
    await this.jobs.add('project-events', {}, { coalesce: 'all' });
  }

  @Cron(CronExpression.EVERY_MINUTE)
  async measureOutcomes(): Promise<void> {
    await this.jobs.add('measure-outcomes', {}, { coalesce: 'due' });
  }

  @Cron(CronExpression.EVERY_5_MINUTES)
  async rescoreOpenEpisodes(): Promise<void> {
    await this.jobs.add('rescore-open-episodes', {}, { coalesce: 'all' });
  }

  @Cron(CronExpression.EVERY_MINUTE)
  async sumHours(): Promise<void> {
    await this.jobs.add('sum-hours', {}, { coalesce: 'all' });
  }

  @Cron(CronExpression.EVERY_10_MINUTES)
  async copyEvents(): Promise<void> {
    await this.jobs.add('copy-events', {}, { coalesce: 'all' });
  }

  @Cron(CronExpression.EVERY_HOUR)
  async considerTraining(): Promise<void> {
    await this.jobs.add('consider-training', {}, { coalesce: 'all' });
  }

  /** The first one of a day and champion keeps a report, the others find it: none is left out where the service was down. */
  @Cron('0 2-23 * * *', { timeZone: 'UTC' })
  async reportDrift(): Promise<void> {
    await this.jobs.add('report-drift', {}, { coalesce: 'all' });
  }

  @Cron(CronExpression.EVERY_DAY_AT_3AM, { timeZone: 'UTC' })
  async train(): Promise<void> {
    await this.training.startDaily();
  }

  @Cron(CronExpression.EVERY_DAY_AT_4AM, { timeZone: 'UTC' })
  async expire(): Promise<void> {
    await this.jobs.add('expire', {}, { coalesce: 'all' });
  }
}
