import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';

import type { JobQueue } from '../queue/job-queue.js';
import { SCHEDULED_JOBS, Schedule } from './schedule.js';
import { StartTraining } from './start-training.js';

/** The worker's Nest part: the schedule alone. */
@Module({})
export class WorkerModule {
  static on(jobs: JobQueue, training: StartTraining): DynamicModule {
    return {
      module: WorkerModule,
      imports: [ScheduleModule.forRoot()],
      providers: [
        { provide: SCHEDULED_JOBS, useValue: jobs },
        { provide: StartTraining, useValue: training },
        Schedule,
      ],
    };
  }
}
