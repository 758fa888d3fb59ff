import { seededRandom } from '../statistics/random.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { smallTreesLearner } from '../training/gradient-boosting.js';
import type { JudgedAnswer, LabelledAnswer } from './performance-answer.js';
import { labelledAnswers } from './performance-answer.js';
import type { PerformanceChunk } from './performance-chunks.js';
import { performanceChunks } from './performance-chunks.js';
import type { DecileCoverage, DelayPoint } from './performance-coverage.js';
import { coverageByRank, labelDelayCurve } from './performance-coverage.js';
import type {
  CalibrationPoint,
  LeadTime,
  LossCapturePoint,
  PagesPoint,
} from './performance-curves.js';
import { calibrationCurve, leadTimeOf, lossCapture, recallAtPages } from './performance-curves.js';
import type { RealisedFigures } from './performance-figures.js';
import { realisedFigures } from './performance-figures.js';
import { matureAnswers, observationProbabilities } from './performance-observation.js';

/** Figures of the answers that share a segment, a stage or a source. */
export interface PerformanceSlice {
  readonly name: string;
  readonly answers: number;
  readonly labelled: number;
  readonly failures: number;
  /** Null where too few failed or did not. */
  readonly figures: RealisedFigures | null;
}

/** How good the answers of a stretch of time were, as known at a moment. */
export interface PerformanceReport {
  readonly from: Instant;
  readonly to: Instant;
  readonly asOf: Instant;
  readonly answers: number;
  /** Those whose outcome could be known. */
  readonly mature: number;
  readonly labelled: number;
  readonly failures: number;
  /** Each labelled answer counts as one; null where too few failed or did not. */
  readonly naive: RealisedFigures | null;
  /** Each counts as 1 / P(label observed uncensored | rank, features). */
  readonly weighted: RealisedFigures | null;
  readonly chunks: readonly PerformanceChunk[];
  readonly segments: readonly PerformanceSlice[];
  readonly stages: readonly PerformanceSlice[];
  readonly sources: readonly PerformanceSlice[];
  readonly calibration: readonly CalibrationPoint[];
  readonly recallAtPages: readonly PagesPoint[];
  readonly lossCapture: readonly LossCapturePoint[];
  readonly leadTime: LeadTime | null;
  readonly coverage: readonly DecileCoverage[];
  readonly labelDelay: readonly DelayPoint[];
}

/** What a report is made of. */
export interface PerformanceQuestion {
  /** First answers up to the end of the stretch; those before it are what estimates rest on. */
  readonly answers: readonly JudgedAnswer[];
  readonly from: Instant;
  readonly to: Instant;
  readonly asOf: Instant;
  /** Length of a chunk. */
  readonly chunk: Duration;
  /** Awaited between steps that take long, so that a server can answer others meanwhile. */
  readonly pause?: (() => Promise<void>) | undefined;
}

const SEED = 0;

function slices(
  answers: readonly JudgedAnswer[],
  nameOf: (answer: JudgedAnswer) => string,
): PerformanceSlice[] {
  const byName = new Map<string, JudgedAnswer[]>();
  for (const answer of answers) {
    const name = nameOf(answer);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [answer]);
    else known.push(answer);
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => {
      const labelled = labelledAnswers(own);
      return {
        name,
        answers: own.length,
        labelled: labelled.length,
        failures: labelled.filter(({ label }) => label === 1).length,
        figures: realisedFigures(labelled, { random: seededRandom(SEED) }),
      };
    });
}

async function weightedFigures(mature: readonly JudgedAnswer[]): Promise<RealisedFigures | null> {
  const observed = await observationProbabilities(mature, seededRandom(SEED));
  const labelled: LabelledAnswer[] = [];
  const weights: number[] = [];
  mature.forEach((answer, i) => {
    const [known] = labelledAnswers([answer]);
    if (known === undefined) return;
    labelled.push(known);
    weights.push(1 / (observed[i] ?? 1));
  });
  return realisedFigures(labelled, {
    random: seededRandom(SEED),
    weights: Float64Array.from(weights),
  });
}

/** Judges the first answers of a stretch of time by what became of their episodes. */
export async function performanceReport(question: PerformanceQuestion): Promise<PerformanceReport> {
  const { from, to, asOf, chunk, pause } = question;
  const answers = question.answers.filter((answer) => answer.asOf >= from && answer.asOf < to);
  const mature = matureAnswers(answers, asOf);
  const labelled = labelledAnswers(mature);
  const chunks = await performanceChunks(question.answers, [from, to], {
    length: chunk,
    learner: smallTreesLearner,
    randomOf: () => seededRandom(SEED),
    pause,
  });
  await pause?.();
  const weighted = await weightedFigures(mature);
  await pause?.();
  return {
    from,
    to,
    asOf,
    answers: answers.length,
    mature: mature.length,
    labelled: labelled.length,
    failures: labelled.filter(({ label }) => label === 1).length,
    naive: realisedFigures(labelled, { random: seededRandom(SEED) }),
    weighted,
    chunks,
    segments: slices(mature, ({ segment }) => segment ?? 'everybody'),
    stages: slices(mature, ({ journey, stage }) => `${journey}/${stage}`),
    sources: slices(mature, ({ source }) => source),
    calibration: calibrationCurve(labelled),
    recallAtPages: recallAtPages(mature, Math.min(to, asOf) - from),
    lossCapture: lossCapture(mature),
    leadTime: leadTimeOf(mature),
    coverage: coverageByRank(mature),
    labelDelay: labelDelayCurve(answers, asOf),
  };
}
