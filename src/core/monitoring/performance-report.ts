import { seededRandom } from '../statistics/random.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { smallTreesLearner } from '../training/gradient-boosting.js';
import type { JudgedAnswer, LabelledAnswer } from './performance-answer.js';
import { failuresAmong, labelledAnswers } from './performance-answer.js';
import type { AuditCheck, WeightedSample } from './performance-audit.js';
import { checkOnAudit } from './performance-audit.js';
import type { BandConfusion } from './performance-bands.js';
import { confusionByBand } from './performance-bands.js';
import type { PerformanceChunk } from './performance-chunks.js';
import { performanceChunks } from './performance-chunks.js';
import type { DecileCoverage, DelayPoint } from './performance-coverage.js';
import { coverageByRank, labelDelayCurve } from './performance-coverage.js';
import type {
  CalibrationPoint,
  LeadTime,
  LossCapturePoint,
  PagesPoint,
  PrecisionPoint,
} from './performance-curves.js';
import {
  calibrationCurve,
  leadTimeOf,
  lossCapture,
  precisionRecall,
  recallAtPages,
} from './performance-curves.js';
import type { RealisedFigures } from './performance-figures.js';
import { realisedFigures } from './performance-figures.js';
import { matureAnswers, observationProbabilities } from './performance-observation.js';
import type { ProbabilityHistogram } from './performance-probabilities.js';
import { probabilityHistogram } from './performance-probabilities.js';
import type { RocCurves } from './performance-roc.js';
import { rocCurve } from './performance-roc.js';

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
  /** Whether the weights are right, by a random sample that people looked at without a score. */
  readonly audit: AuditCheck;
  readonly chunks: readonly PerformanceChunk[];
  readonly segments: readonly PerformanceSlice[];
  readonly stages: readonly PerformanceSlice[];
  readonly sources: readonly PerformanceSlice[];
  readonly calibration: readonly CalibrationPoint[];
  readonly probabilities: ProbabilityHistogram;
  readonly rocCurve: RocCurves;
  readonly precisionRecall: readonly PrecisionPoint[];
  readonly bands: readonly BandConfusion[];
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
        failures: failuresAmong(labelled),
        figures: realisedFigures(labelled, { random: seededRandom(SEED) }),
      };
    });
}

/** The labelled answers, each for as many as could have been observed in its place. */
export async function weightedSample(mature: readonly JudgedAnswer[]): Promise<WeightedSample> {
  const observed = await observationProbabilities(mature, seededRandom(SEED));
  const labelled: LabelledAnswer[] = [];
  const weights: number[] = [];
  mature.forEach((answer, i) => {
    const [known] = labelledAnswers([answer]);
    if (known === undefined) return;
    labelled.push(known);
    weights.push(1 / (observed[i] ?? 1));
  });
  return { answers: labelled, weights: Float64Array.from(weights) };
}

/** Judges the first answers of a stretch of time by what became of their episodes. */
export async function performanceReport(question: PerformanceQuestion): Promise<PerformanceReport> {
  const { from, to, asOf, chunk } = question;
  const answers = question.answers.filter((answer) => answer.asOf >= from && answer.asOf < to);
  const mature = matureAnswers(answers, asOf);
  const labelled = labelledAnswers(mature);
  const random = (): (() => number) => seededRandom(SEED);
  const chunks = await performanceChunks(question.answers, [from, to], {
    length: chunk,
    learner: smallTreesLearner,
    randomOf: random,
  });
  const weighted = await weightedSample(mature);
  return {
    from,
    to,
    asOf,
    answers: answers.length,
    mature: mature.length,
    labelled: labelled.length,
    failures: failuresAmong(labelled),
    naive: realisedFigures(labelled, { random: random() }),
    weighted: realisedFigures(weighted.answers, { random: random(), weights: weighted.weights }),
    audit: checkOnAudit(mature, weighted, random),
    chunks,
    segments: slices(mature, ({ segment }) => segment ?? 'everybody'),
    stages: slices(mature, ({ journey, stage }) => `${journey}/${stage}`),
    sources: slices(mature, ({ source }) => source),
    calibration: calibrationCurve(labelled),
    probabilities: probabilityHistogram(labelled),
    rocCurve: {
      naive: rocCurve(labelled),
      weighted: rocCurve(weighted.answers, weighted.weights),
    },
    precisionRecall: precisionRecall(labelled),
    bands: confusionByBand(mature),
    recallAtPages: recallAtPages(mature, Math.min(to, asOf) - from),
    lossCapture: lossCapture(mature),
    leadTime: leadTimeOf(mature),
    coverage: coverageByRank(mature),
    labelDelay: labelDelayCurve(answers, asOf),
  };
}
