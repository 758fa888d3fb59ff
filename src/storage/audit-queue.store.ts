import type { Anomaly } from '../core/telemetry/anomaly.js';
import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** Share of episodes that people are asked about whatever their rank. */
const AUDITED_SHARE = 0.05;

/** Whether an episode `e` is among them: by its id alone, so that nothing it did or was said of it decides. */
export const IS_CHOSEN = `('x' || left(md5('audit ' || e.id), 8))::bit(32)::bigint < ${Math.round(AUDITED_SHARE * 2 ** 32)}`;

/** An episode on a stage that somebody should look at without having seen its score. */
export interface AuditRow {
  readonly id: string;
  readonly journey: string;
  readonly stage: string;
  readonly anomaly: Anomaly;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Whether somebody has said how it went. */
  readonly audited: boolean;
}

/** Where a page ended. */
export type AuditPlace = Pick<AuditRow, 'audited' | 'id' | 'journey' | 'stage'> & {
  readonly startedAt: Instant;
};

/** The chosen episodes whose outcome is due: those that nobody has told of first, the newest first. */
export async function auditQueue(
  sql: Sql,
  query: {
    readonly now: Instant;
    readonly journey?: string | undefined;
    readonly limit: number;
    readonly after?: AuditPlace | undefined;
  },
): Promise<AuditRow[]> {
  const { after } = query;
  return await rows<AuditRow>(
    sql,
    `SELECT * FROM (
       SELECT e.id, s.journey, s.stage, a.body AS anomaly, e.started_at AS "startedAt",
         e.ended_at AS "endedAt", EXISTS (SELECT 1 FROM outcome o JOIN anomaly b ON b.id = o.anomaly_id
           WHERE b.episode_id = e.id AND o.journey = s.journey AND o.stage = s.stage
           AND o.source = 'human') AS audited
       FROM episode e JOIN anomaly a ON a.id = e.id JOIN episode_stage s ON s.episode_id = e.id
       WHERE ${IS_CHOSEN} AND s.due_at <= $1 AND ($2::text IS NULL OR s.journey = $2)) chosen
     WHERE $3::boolean IS NULL OR audited > $3 OR (audited = $3 AND ("startedAt" < $4
       OR ("startedAt" = $4 AND (id, journey, stage) > ($5, $6, $7))))
     ORDER BY audited, "startedAt" DESC, id, journey, stage LIMIT $8`,
    [
      new Date(query.now),
      query.journey,
      after?.audited,
      after && new Date(after.startedAt),
      after?.id,
      after?.journey,
      after?.stage,
      query.limit,
    ],
  );
}
