import { driftFindings } from '../core/monitoring/drift-findings.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { DAY } from '../core/telemetry/time.js';
import { knownUntil } from '../storage/backfill.store.js';
import { hasReport, keepReport } from '../storage/report.store.js';
import type { Sql } from '../storage/sql.js';
import { driftOfChampion } from './drift-of-champion.js';
import type { ReportParts } from './report-ground.js';

/** Answers that a report looks at. */
const LOOKED_AT: Duration = 7 * DAY;

/**
 * Keeps the drift report of today (UTC) and the present champion; answers its id. Null where there
 * is one already, where nothing was asked, and while history is fed: the clock has not come to it.
 */
export async function keepDriftReport(
  sql: Sql,
  parts: ReportParts,
  now: Instant,
): Promise<string | null> {
  if ((await knownUntil(sql, now)) < now) return null;
  const { version: model } = await parts.scorer.championAt(sql, now);
  const about = { kind: 'drift', model, day: new Date(now).toISOString().slice(0, 10) } as const;
  if (await hasReport(sql, about)) return null;
  const stretch = { from: now - LOOKED_AT, until: now, asOf: now };
  const body = await driftOfChampion(sql, parts, stretch);
  if (body.rows.current === 0) return null;
  return await keepReport(sql, {
    ...about,
    ...stretch,
    madeAt: now,
    body,
    findings: driftFindings(body),
  });
}
