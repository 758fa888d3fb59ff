import { domainLearner } from '../core/monitoring/domain-learner.js';
import type { ModelDriftReport } from '../core/monitoring/model-drift.js';
import { modelDrift } from '../core/monitoring/model-drift.js';
import { seededRandom } from '../core/statistics/random.js';
import { featuresOfAnswers } from '../storage/first-answer.store.js';
import type { Sql } from '../storage/sql.js';
import type { ReportParts, ReportStretch } from './report-ground.js';
import { reportGround } from './report-ground.js';

/** The same question gets the same answer. */
const SEED = 20_261_125;

/** What changed between what the champion learnt from and what it was asked in a stretch of time. */
export async function driftOfChampion(
  sql: Sql,
  parts: ReportParts,
  stretch: ReportStretch,
): Promise<ModelDriftReport> {
  const { champion, ...ground } = await reportGround(sql, parts, stretch, 'names');
  return await modelDrift({
    ...ground,
    ...stretch,
    model: champion.version,
    schema: champion.schema,
    learner: domainLearner,
    // Of all that was asked only some are compared: reading every feature of the others takes longest.
    featuresOf: (answers) => featuresOfAnswers(sql, answers),
    random: seededRandom(SEED),
  });
}
