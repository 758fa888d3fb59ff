import { performanceReport } from '../core/monitoring/performance-report.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { performancePage } from '../reports/performance-page.js';
import { writePerformance } from '../wire/performance.js';
import { judgedAnswers } from './judged-answers.js';
import type { ReportDesk } from './report-ground.js';

/** Of what stretch of time, in chunks of which length, by what was known when. */
export interface PerformanceQuestion {
  readonly from: Instant;
  readonly to: Instant;
  readonly asOf: Instant;
  readonly chunk: Duration;
  readonly format: 'json' | 'html';
}

/** The performance report as the text of its answer: JSON, or a page. */
export async function performanceDocument(
  { sql }: ReportDesk,
  { format, ...question }: PerformanceQuestion,
): Promise<string> {
  const answers = await judgedAnswers(sql, question.to, question.asOf);
  const report = await performanceReport({ ...question, answers });
  return format === 'html' ? performancePage(report) : JSON.stringify(writePerformance(report));
}
