import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { pageOf } from '../../http/cursor.js';
import { audit } from '../../storage/audit.store.js';
import type { TrainingRunRow } from '../../storage/entities/training-run.entity.js';
import type { PageQuery } from '../../storage/page.js';
import {
  addTrainingRun,
  trainingRunById,
  trainingRuns,
  updateTrainingRun,
} from '../../storage/training-run.store.js';
import type { JobQueue } from '../../queue/job-queue.js';
import { JOBS } from './training.tokens.js';

function written(run: TrainingRunRow): object {
  return {
    id: run.id,
    state: run.state,
    progress: run.progress,
    model: run.model ?? undefined,
    gate: run.gate ?? undefined,
    reason: run.reason ?? undefined,
    asOf: run.asOf?.toISOString(),
    requestedBy: run.requestedBy,
    createdAt: run.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString(),
  };
}

@Injectable()
export class TrainingService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    @Inject(JOBS) private readonly jobs: JobQueue,
  ) {}

  /** Puts a run on record and hands it to the worker. Runs are done one at a time. */
  async start(asOf: number | undefined, caller: Caller): Promise<object> {
    const now = this.clock.now();
    if (asOf !== undefined && !caller.scopes.has('backfill')) {
      throw new Problem(403, 'missing-scope', 'asOf needs a key with scope backfill');
    }
    if (asOf !== undefined && asOf > now) {
      const fields = [{ pointer: '/asOf', code: 'future-time', detail: 'lies in the future' }];
      throw new Problem(422, 'invalid-body', 'asOf lies in the future', { fields });
    }
    const id = randomUUID();
    await addTrainingRun(this.source.manager, {
      id,
      asOf: asOf === undefined ? null : new Date(asOf),
      requestedBy: caller.name,
      createdAt: new Date(now),
    });
    await audit(this.source.manager, {
      at: new Date(now),
      who: caller.name,
      action: 'training-run.start',
      subject: id,
    });
    await this.queue(id);
    return await this.one(id);
  }

  private async queue(id: string): Promise<void> {
    try {
      await this.jobs.add('train', { runId: id }, { jobId: id });
    } catch (error) {
      // Who asked is told, and asks again: the run must not keep others from starting.
      const [reason, finishedAt] = [
        'the job queue could not be reached',
        new Date(this.clock.now()),
      ];
      const ended = { state: 'failed', progress: 1, reason, finishedAt } as const;
      await updateTrainingRun(this.source.manager, id, ended);
      throw error;
    }
  }

  async one(id: string): Promise<object> {
    const run = UUID.test(id) ? await trainingRunById(this.source.manager, id) : null;
    if (run === null) throw new Problem(404, 'unknown-training-run', `there is no run ${id}`);
    return written(run);
  }

  async list(page: PageQuery): Promise<object> {
    return pageOf(await trainingRuns(this.source.manager, page), page.limit, {
      place: ({ createdAt, id }) => ({ at: createdAt.getTime(), id }),
      write: written,
    });
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
