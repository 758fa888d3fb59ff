import { seededRandom } from '../statistics/random.js';
import type { Instant } from '../telemetry/time.js';
import type { JudgedAnswer } from './performance-answer.js';
import { failuresAmong } from './performance-answer.js';
import { checkOnAudit } from './performance-audit.js';
import { realisedFigures } from './performance-figures.js';
import { matureAnswers } from './performance-observation.js';
import type { PerformanceReport } from './performance-report.js';
import { weightedSample } from './performance-report.js';

/** How one model has done since it answers, as known at a moment. */
export type LivePerformance = Pick<
  PerformanceReport,
  'asOf' | 'answers' | 'mature' | 'labelled' | 'failures' | 'naive' | 'weighted' | 'audit'
>;

const SEED = 0;

/** Judges the first answers of one model, whenever they were given, by what became of their episodes. */
export async function livePerformance(
  answers: readonly JudgedAnswer[],
  model: string,
  asOf: Instant,
): Promise<LivePerformance> {
  const own = answers.filter(({ modelVersion }) => modelVersion === model);
  const mature = matureAnswers(own, asOf);
  const random = (): (() => number) => seededRandom(SEED);
  const weighted = await weightedSample(mature);
  return {
    asOf,
    answers: own.length,
    mature: mature.length,
    labelled: weighted.answers.length,
    failures: failuresAmong(weighted.answers),
    naive: realisedFigures(weighted.answers, { random: random() }),
    weighted: realisedFigures(weighted.answers, { random: random(), weights: weighted.weights }),
    audit: checkOnAudit(mature, weighted, random),
  };
}
