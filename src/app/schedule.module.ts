import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';

import type { JobQueue } from '../queue/job-queue.js';
import { SCHEDULED_JOBS, Schedule } from './schedule.js';
import { StartTraining } from './start-training.js';

/** What the worker does by the clock. */
@Module({})
export class ScheduledJobsModule {
  static on(jobs: JobQueue, training: StartTraining): DynamicModule {
    return {
      module: ScheduledJobsModule,
      imports: [ScheduleModule.forRoot()],
      providers: [
        { provide: SCHEDULED_JOBS, useValue: jobs },
        { provide: StartTraining, useValue: training },
        Schedule,
      ],
    };
  }
}
