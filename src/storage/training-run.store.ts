import type { TrainingState } from './entities/training-run.entity.js';
import { TrainingRunRow } from './entities/training-run.entity.js';
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

/** The newest training runs. */
export async function trainingRuns(sql: Sql, limit: number): Promise<TrainingRunRow[]> {
  return await sql
    .getRepository(TrainingRunRow)
    .find({ order: { createdAt: 'DESC' }, take: limit });
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
