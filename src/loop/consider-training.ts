import {
  failuresAmong,
  labelledAnswers,
  scoredLabels,
} from '../core/monitoring/performance-answer.js';
import { realisedRange } from '../core/monitoring/performance-expected.js';
import type { RecentLoss } from '../core/registry/retraining-policy.js';
import { reasonsToTrain } from '../core/registry/retraining-policy.js';
import { classificationMetrics } from '../core/statistics/classification-metrics.js';
import { seededRandom } from '../core/statistics/random.js';
import { PRIOR_VERSION } from '../core/training/prior.js';
import type { Instant } from '../core/telemetry/time.js';
import { championVersion } from '../storage/model.store.js';
import { newlyDrifted } from '../storage/report.store.js';
import { labelsSince, runsSoFar, staleStages } from '../storage/retraining.store.js';
import type { Sql } from '../storage/sql.js';
import { judgedAnswers } from './judged-answers.js';

/** With fewer new failures nobody looks how the answers did. */
const FEWEST_FAILURES = 10;

async function recentLoss(sql: Sql, since: Instant, now: Instant): Promise<RecentLoss | null> {
  const answers = (await judgedAnswers(sql, now, now)).filter(({ asOf }) => asOf >= since);
  const labelled = labelledAnswers(answers);
  const failures = failuresAmong(labelled);
  if (failures < FEWEST_FAILURES) return null;
  const probabilities = Float64Array.from(labelled, ({ probability }) => probability);
  const groups = labelled.map(({ group }) => group);
  const said = { probabilities, calibrated: probabilities, groups };
  return {
    realised: classificationMetrics(scoredLabels(labelled)).logLoss,
    expected: realisedRange(said, { random: seededRandom(0) }).logLoss,
    failures,
  };
}

/** Why a training run should start now, from new labels, stale stages and answers that drifted. */
export async function considerTraining(sql: Sql, now: Instant): Promise<string[]> {
  const { lastRunAt, unfinished } = await runsSoFar(sql);
  const since = lastRunAt ?? 0;
  const labels = await labelsSince(sql, since);
  const champion = (await championVersion(sql)) ?? PRIOR_VERSION;
  const isWorthALook = lastRunAt !== null && labels.failuresAfter >= FEWEST_FAILURES;
  return reasonsToTrain({
    now,
    lastRunAt,
    isUnderWay: unfinished.length > 0,
    learntFrom: labels.before,
    newLabels: labels.after,
    newFailures: labels.failuresAfter,
    stale: lastRunAt === null ? [] : await staleStages(sql, lastRunAt),
    drifted: lastRunAt === null ? [] : await newlyDrifted(sql, champion, lastRunAt),
    recent: isWorthALook ? await recentLoss(sql, lastRunAt, now) : null,
  });
}
