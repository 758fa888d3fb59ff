import { livePerformance } from '../core/monitoring/live-performance.js';
import { judgedAnswers } from './judged-answers.js';
import type { ReportDesk } from './report-ground.js';
import type { ModelQuestion } from './shadow-comparison.js';

/** How a model has done since it answers, as JSON. */
export async function liveDocument(
  { sql }: ReportDesk,
  { version, now }: ModelQuestion,
): Promise<string> {
  return JSON.stringify(await livePerformance(await judgedAnswers(sql, now, now), version, now));
}
