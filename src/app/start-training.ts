import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';

import type { Clock } from '../http/clock.js';
import type { JobQueue } from '../queue/job-queue.js';
import { addTrainingRun } from '../storage/training-run.store.js';

/** Puts a training run on record and into the queue, on nobody's request. */
export class StartTraining {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly jobs: JobQueue,
  ) {}

  async start(requestedBy: string): Promise<string> {
    const id = randomUUID();
    const createdAt = new Date(this.clock.now());
    await addTrainingRun(this.source.manager, { id, asOf: null, requestedBy, createdAt });
    await this.jobs.add('train', { runId: id }, { jobId: id });
    return id;
  }
}
