import type { Instant } from '../core/telemetry/time.js';
import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** A failure that was measured and known at a time: how much it cost, and who fired on it. */
export interface PastLoss {
  readonly episodeId: string;
  readonly journey: string;
  readonly stage: string;
  readonly service: string | null;
  readonly rule: string;
  readonly conversionsLost: number;
  /** Of the conversions expected in the horizon. */
  readonly relativeLoss: number | null;
}

/** The measured failures known at a time. */
export async function pastLosses(sql: Sql, asOf: Instant): Promise<PastLoss[]> {
  return await rows<PastLoss>(
    sql,
    `SELECT e.id AS "episodeId", o.journey, o.stage, e.service, e.name AS rule, o.conversions_lost AS "conversionsLost",
       o.relative_loss AS "relativeLoss"
     FROM outcome o JOIN episode e ON e.id = o.anomaly_id
     WHERE o.failure AND o.source = 'measured' AND o.known_at <= $1 AND o.conversions_lost IS NOT NULL
     ORDER BY o.revision`,
    [new Date(asOf)],
  );
}
