import type { OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';

import type { JobQueue } from '../../queue/job-queue.js';
import { PROJECTIONS } from './events.tokens.js';

/** So many small batches share one job. */
const PAUSE_MS = 100;

/** Has the worker count what came in, soon after it was acknowledged. */
@Injectable()
export class Projecting implements OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(PROJECTIONS) private readonly jobs: JobQueue) {}

  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      // Where the queue cannot be reached the schedule asks again, and readers count for themselves.
      this.jobs.add('project-events', {}, { coalesce: 'all' }).catch(() => undefined);
    }, PAUSE_MS);
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }
}
