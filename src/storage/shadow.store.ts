import type { Sql } from './sql.js';
import { rows } from './sql.js';

/** A first answer that a challenger shadowed. */
export interface ShadowedPrediction {
  readonly episodeId: string;
  readonly journey: string;
  readonly stage: string;
  readonly probability: number;
  readonly shadow: number;
}

/** The first answers that this version shadowed, oldest first. */
export async function shadowedBy(sql: Sql, version: string): Promise<ShadowedPrediction[]> {
  return await rows<ShadowedPrediction>(
    sql,
    `SELECT episode_id AS "episodeId", journey, stage, probability, shadow_probability AS shadow
     FROM prediction WHERE is_first AND shadow_version = $1 ORDER BY id`,
    [version],
  );
}
