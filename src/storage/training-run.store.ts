import { LessThan, MoreThan } from 'typeorm';

import type { TrainingState } from './entities/training-run.entity.js';
import { TrainingRunRow } from './entities/training-run.entity.js';
import type { PageQuery } from './page.js';
import type { Sql } from './sql.js';

/** Puts a training run on record. */
export async function addTrainingRun(
  sql: Sql,
  run: { id: string; asOf: Date | null; requestedBy: string; createdAt: Date },
): Promise<void> {
  await sql.getRepository(TrainingRunRow).insert({ ...run, state: 'queued', progress: 0 });
}

/** The training run of this id. */
export async function trainingRunById(sql: Sql, id: string): Promise<TrainingRunRow | null> {
  return await sql.getRepository(TrainingRunRow).findOneBy({ id });
}

/** A page of the training runs, newest first. */
export async function trainingRuns(
  sql: Sql,
  { limit, after }: PageQuery,
): Promise<TrainingRunRow[]> {
  const options = { order: { createdAt: 'DESC', id: 'ASC' }, take: limit } as const;
  const runs = sql.getRepository(TrainingRunRow);
  if (after === undefined) return await runs.find(options);
  const createdAt = new Date(after.at);
  const where = [{ createdAt: LessThan(createdAt) }, { createdAt, id: MoreThan(after.id) }];
  return await runs.find({ ...options, where });
}

/** What a run has come to. */
export interface TrainingProgress {
  readonly state: TrainingState;
  readonly progress: number;
  readonly model?: string;
  readonly gate?: object;
  readonly reason?: string;
  readonly finishedAt?: Date;
}

/** Notes how far a run has come. */
export async function updateTrainingRun(
  sql: Sql,
  id: string,
  progress: TrainingProgress,
): Promise<void> {
  await sql.getRepository(TrainingRunRow).update({ id }, { ...progress });
}
