import type { Duration, Instant } from '../core/telemetry/time.js';
import { MINUTE } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { millis, rows, run } from './sql.js';

/** A sender who has not been heard of for so long feeds no history any more; a training may take its time. */
const SILENCE: Duration = 15 * MINUTE;

/** Notes that history is fed, and up to when it is known. */
export async function noteBackfill(sql: Sql, knownUntil: Instant, now: Instant): Promise<void> {
  await run(
    sql,
    `INSERT INTO backfill (known_until, fed_at) VALUES ($1, $2)
     ON CONFLICT (one) DO UPDATE SET fed_at = excluded.fed_at,
       known_until = greatest(backfill.known_until, excluded.known_until)`,
    [new Date(knownUntil), new Date(now)],
  );
}

/** Notes that the history is in. */
export async function endBackfill(sql: Sql): Promise<void> {
  await run(sql, 'DELETE FROM backfill');
}

/** Up to when things are known: the end of the history that is being fed, else now. */
export async function knownUntil(sql: Sql, now: Instant): Promise<Instant> {
  const [fed] = await rows<{ known_until: Date }>(
    sql,
    'SELECT known_until FROM backfill WHERE fed_at > $1',
    [new Date(now - SILENCE)],
  );
  return fed === undefined ? now : Math.min(now, millis(fed.known_until));
}
