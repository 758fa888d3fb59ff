import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';

import { SHORTEST_PAUSE } from '../core/registry/retraining-policy.js';
import type { Clock } from '../http/clock.js';
import { considerTraining } from '../loop/consider-training.js';
import type { JobState } from '../queue/job.js';
import type { JobQueue } from '../queue/job-queue.js';
import { audit } from '../storage/audit.store.js';
import { knownUntil } from '../storage/backfill.store.js';
import { runsSoFar } from '../storage/retraining.store.js';
import { addTrainingRun } from '../storage/training-run.store.js';

const LIVE: ReadonlySet<unknown> = new Set<JobState>(['waiting', 'active']);

/** Puts training runs on record and into the queue, on nobody's request. */
export class StartTraining {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly jobs: JobQueue,
  ) {}

  async start(requestedBy: string, reason: string | null = null): Promise<string> {
    const id = randomUUID();
    const createdAt = new Date(this.clock.now());
    await this.source.transaction(async (sql) => {
      await addTrainingRun(sql, { id, asOf: null, requestedBy, createdAt });
      const deed = { at: createdAt, who: requestedBy, action: 'training-run.start', subject: id };
      await audit(sql, { ...deed, reason });
    });
    await this.jobs.add('train', { runId: id }, { jobId: id });
    return id;
  }

  /** Starts the run of the day, unless history is fed, or one that was asked for has just been or is under way. */
  async startDaily(): Promise<string | null> {
    if (await this.isFedHistory()) return null;
    const { lastRunAt, unfinished } = await runsSoFar(this.source.manager);
    const isJustDone = lastRunAt !== null && this.clock.now() - lastRunAt < SHORTEST_PAUSE;
    return unfinished.length > 0 || isJustDone ? null : await this.start('schedule');
  }

  /** Starts a run where new outcomes, drift or a stale stage ask for one; tells why. */
  async startIfNeeded(): Promise<string[]> {
    if (await this.isFedHistory()) return [];
    const reasons = await considerTraining(this.source.manager, this.clock.now());
    if (reasons.length > 0) await this.start('retraining', reasons.join('; '));
    return reasons;
  }

  /** While history is fed its sender says when to train: the clock has not come to it yet. */
  private async isFedHistory(): Promise<boolean> {
    const now = this.clock.now();
    return (await knownUntil(this.source.manager, now)) < now;
  }

  /** Runs that a crash cut off are done again: a run that has ended meanwhile is left alone. */
  async takeUpAgain(): Promise<number> {
    const { unfinished } = await runsSoFar(this.source.manager);
    await this.queueAnew(unfinished);
    return unfinished.length;
  }

  /**
   * Runs that nobody works on any more are done again: their job was never stored, was lost with its
   * queue, or used up its tries while the database was away. Else they would keep all others from starting.
   */
  async takeUpLost(): Promise<number> {
    const { unfinished } = await runsSoFar(this.source.manager);
    const jobs = await Promise.all(unfinished.map((runId) => this.jobs.get(runId)));
    const lost = unfinished.filter((_, i) => !LIVE.has(jobs[i]?.state));
    await this.queueAnew(lost);
    return lost.length;
  }

  /** Under a new id: a job that is used up would stay where it is. A second one finds the run done. */
  private async queueAnew(runs: readonly string[]): Promise<void> {
    for (const runId of runs) {
      await this.jobs.add('train', { runId }, { jobId: `${runId}/${this.clock.now()}` });
    }
  }
}
