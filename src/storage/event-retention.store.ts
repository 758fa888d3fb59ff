import type { DataSource } from 'typeorm';

import type { EventDay } from './event-day.store.js';
import { run } from './sql.js';

/**
 * Takes a day out of the stored events, with the keys that tell its duplicates. The day's table is
 * dropped, or kept under another name, by day and number, for whoever wants to archive it.
 */
export async function detachDay(
  source: DataSource,
  { table, partition }: EventDay,
  isDropped: boolean,
): Promise<void> {
  await source.transaction(async (sql) => {
    // Whoever comes after the waiting one waits as well: another night rather than long.
    await run(sql, `SET LOCAL lock_timeout = '2s'`);
    await run(sql, `ALTER TABLE journey_event DETACH PARTITION ${table}`);
    await run(sql, 'DELETE FROM event_day_change WHERE partition = $1', [partition]);
    if (isDropped) await run(sql, `DROP TABLE ${table}`);
    else {
      const kept = `detached_${table}_${partition}`;
      await run(sql, `ALTER TABLE ${table} RENAME TO ${kept}`);
      // The day may be made anew, with a key of this name.
      await run(sql, `ALTER INDEX IF EXISTS ${table}_key RENAME TO ${kept}_key`);
    }
  });
}
