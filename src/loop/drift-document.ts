import { dataQuality } from '../core/monitoring/data-quality.js';
import type { Duration } from '../core/telemetry/time.js';
import { dataQualityPage } from '../reports/data-quality-page.js';
import { modelDriftPage } from '../reports/model-drift-page.js';
import { writeTimes } from '../wire/instant.js';
import { driftOfChampion } from './drift-of-champion.js';
import type { ReportDesk, ReportStretch } from './report-ground.js';
import { reportGround } from './report-ground.js';

/** Of what stretch of time, by what was known when. */
export interface DriftQuestion extends ReportStretch {
  readonly format: 'json' | 'html';
}

/** The same by chunks of time. */
export interface DataQualityQuestion extends DriftQuestion {
  readonly chunk: Duration;
}

/** The drift report as the text of its answer: JSON, or a page. */
export async function driftDocument(
  { sql, ...parts }: ReportDesk,
  { format, ...stretch }: DriftQuestion,
): Promise<string> {
  const report = await driftOfChampion(sql, parts, stretch);
  return format === 'html' ? modelDriftPage(report) : JSON.stringify(writeTimes(report));
}

/** The report of data quality as the text of its answer: JSON, or a page. */
export async function dataQualityDocument(
  { sql, ...parts }: ReportDesk,
  { format, chunk, ...stretch }: DataQualityQuestion,
): Promise<string> {
  const { from, until, asOf } = stretch;
  const { champion, reference, answers } = await reportGround(sql, parts, stretch);
  const report = dataQuality({
    model: champion.version,
    schema: champion.schema,
    from,
    until,
    asOf,
    chunk,
    reference,
    answers: answers.filter((answer) => answer.asOf >= from),
  });
  return format === 'html' ? dataQualityPage(report) : JSON.stringify(writeTimes(report));
}
