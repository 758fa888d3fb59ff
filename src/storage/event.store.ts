import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** Whether any event is stored at all. */
export async function holdsEvents(sql: Sql): Promise<boolean> {
  return (await rows(sql, 'SELECT 1 FROM journey_event LIMIT 1')).length > 0;
}
