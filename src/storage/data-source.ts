import { DataSource, MigrationExecutor } from 'typeorm';

import { ApiKeyRow } from './entities/api-key.entity.js';
import { AuditRow } from './entities/audit.entity.js';
import { ChampionRow } from './entities/champion.entity.js';
import { JourneyVersionRow } from './entities/journey-version.entity.js';
import { ModelRow } from './entities/model.entity.js';
import { TrainingRunRow } from './entities/training-run.entity.js';
import { Foundation1700000000001 } from './migrations/0001-foundation.js';
import { KnownAt1700000000002 } from './migrations/0002-known-at.js';
import { OwnLabels1700000000003 } from './migrations/0003-own-labels.js';
import { EventDays1700000000004 } from './migrations/0004-event-days.js';
import { EventBatches1700000000005 } from './migrations/0005-event-batches.js';
import { HourSums1700000000006 } from './migrations/0006-hour-sums.js';
import { Backfill1700000000007 } from './migrations/0007-backfill.js';
import { MissedSearch1700000000008 } from './migrations/0008-missed-search.js';
import { BatchKnown1700000000009 } from './migrations/0009-batch-known.js';
import { ActorMerges1700000000010 } from './migrations/0010-actor-merges.js';
import { OutcomeSegment1700000000011 } from './migrations/0011-outcome-segment.js';
import { Shadow1700000000013 } from './migrations/0013-shadow.js';
import { ThresholdSuggestions1700000000015 } from './migrations/0015-threshold-suggestions.js';
import { AlertRules1700000000016 } from './migrations/0016-alert-rules.js';
import { Reports1700000000017 } from './migrations/0017-reports.js';
import { DaySums1700000000020 } from './migrations/0020-day-sums.js';
import { DayStamps1700000000021 } from './migrations/0021-day-stamps.js';
import { Rollbacks1700000000022 } from './migrations/0022-rollbacks.js';
import { StagePriorities1700000000023 } from './migrations/0023-stage-priorities.js';

/** The one place that names the entities and the migrations, oldest first. */
export function createDataSource(url: string, poolSize = 10): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize,
    applicationName: 'throughline',
    entities: [ApiKeyRow, AuditRow, ChampionRow, JourneyVersionRow, ModelRow, TrainingRunRow],
    migrations: [
      Foundation1700000000001,
      KnownAt1700000000002,
      OwnLabels1700000000003,
      EventDays1700000000004,
      EventBatches1700000000005,
      HourSums1700000000006,
      Backfill1700000000007,
      MissedSearch1700000000008,
      BatchKnown1700000000009,
      ActorMerges1700000000010,
      OutcomeSegment1700000000011,
      Shadow1700000000013,
      ThresholdSuggestions1700000000015,
      AlertRules1700000000016,
      Reports1700000000017,
      DaySums1700000000020,
      DayStamps1700000000021,
      Rollbacks1700000000022,
      StagePriorities1700000000023,
    ],
    synchronize: false,
    logging: false,
  });
}

/**
 * Brings the schema up to date, one process at a time; gives the names of what was done. All on the
 * connection that holds the lock: a pool may have no other.
 */
export async function migrate(source: DataSource): Promise<string[]> {
  const locked = source.createQueryRunner();
  try {
    await locked.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const executor = new MigrationExecutor(source, locked);
    executor.transaction = 'each';
    return (await executor.executePendingMigrations()).map(({ name }) => name);
  } finally {
    await locked.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await locked.release();
  }
}

/** Opens the database with its schema up to date. */
export async function openDataSource(url: string, poolSize = 10): Promise<DataSource> {
  const source = await createDataSource(url, poolSize).initialize();
  await migrate(source);
  return source;
}

const MIGRATION_LOCK = 7_405_001;
