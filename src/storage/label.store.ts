import type { Instant } from '../core/telemetry/time.js';
import type { KnownLabels } from './feature-context.store.js';
import type { Sql } from './sql.js';
import { rows, run } from './sql.js';

/** How an outcome changed what is known of one episode's label on one stage. */
export interface LabelChange {
  readonly anomalyId: string;
  readonly journey: string;
  readonly stage: string;
  readonly service: string | null;
  readonly rule: string;
  readonly knownAt: Instant;
  /** By how many the failures that are known rise, from then on. */
  readonly failures: number;
  readonly decided: number;
}

/** Appends changes of labels: their sum up to a time is what was known then. */
export async function appendLabelChanges(sql: Sql, changes: readonly LabelChange[]): Promise<void> {
  const real = changes.filter((change) => change.failures !== 0 || change.decided !== 0);
  if (real.length === 0) return;
  await run(
    sql,
    `INSERT INTO label_change (anomaly_id, journey, stage, service, rule, known_at, failures, decided)
     SELECT "anomalyId", journey, stage, service, rule, to_timestamp("knownAt" / 1000), failures, decided
     FROM jsonb_to_recordset($1::jsonb) AS t ("anomalyId" text, journey text, stage text, service text,
       rule text, "knownAt" float8, failures int, decided int)`,
    [JSON.stringify(real)],
  );
}

/** What is known of one episode's own labels at a time, by stage. */
export async function labelsOfEpisode(
  sql: Sql,
  episodeId: string,
  asOf: Instant,
): Promise<KnownLabels[]> {
  return await rows<KnownLabels>(
    sql,
    `SELECT journey, stage, service, rule, sum(failures)::int AS failures, sum(decided)::int AS decided
     FROM label_change WHERE anomaly_id = $1 AND known_at <= $2 GROUP BY journey, stage, service, rule`,
    [episodeId, new Date(asOf)],
  );
}
