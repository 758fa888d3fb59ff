import { classificationMetrics, logLossDifference } from '../statistics/classification-metrics.js';
import type {
  ClassificationMetrics,
  GroupedBootstrap,
} from '../statistics/classification-metrics.js';
import type { PairedDifference } from '../statistics/bootstrap.js';
import { resamplesFor } from '../statistics/resamples.js';
import { seededRandom } from '../statistics/random.js';
import { averageLogOdds, averageWeights } from './average-weights.js';
import { baseRateLearner } from './base-rate.js';
import { FEWEST_TO_CALIBRATE, chooseCalibration, rarerClass } from './calibration-choice.js';
import type { CalibrationRows } from './calibration-choice.js';
import type { Calibration } from './calibration.js';
import type { Learner } from './classifier.js';
import type { HeldOutAnswers, HeldOutRows } from './held-out-rows.js';
import { sigmoid } from './linear-margin.js';
import { signalVerdict } from './signal-verdict.js';
import type { SignalVerdict } from './signal-verdict.js';
import type { Split } from './splits.js';
import { validationFolds } from './validation-folds.js';

/** The name of an average among the candidates. */
export const AVERAGE = 'average';

/** A learner in the chosen model, and what it counts for. */
export interface Member {
  readonly learner: Learner;
  readonly weight: number;
}

/** Members in the order in which they are fitted: what counts most has the first call on the time. */
export const heaviestFirst = (members: readonly Member[]): Member[] =>
  members.toSorted((a, b) => b.weight - a.weight);

/** How one learner, or the average of several, did on rows that it had not seen. */
export interface Candidate {
  readonly learner: string;
  readonly metrics: ClassificationMetrics;
  readonly calibration: Calibration['kind'];
  /** Log loss against the base rate's on the same rows; below zero is better (90 % interval). */
  readonly againstBaseRate: PairedDifference;
}

/** What the chosen model is made of, and what it was chosen among. */
export interface ModelChoice {
  /** A learner's name, or `average`; the base rate where there is no signal. */
  readonly chosen: string;
  readonly members: readonly Member[];
  readonly calibration: Calibration;
  /** The learners taken alone, each with its calibration, the base rate first. */
  readonly singles: readonly ModelChoice['best'][];
  /** The base rate first. */
  readonly candidates: readonly Candidate[];
  readonly verdict: SignalVerdict;
  /** The best above the base rate, whatever the verdict. */
  readonly best: Pick<ModelChoice, 'chosen' | 'members' | 'calibration'>;
}

interface Contestant {
  readonly name: string;
  readonly members: readonly Member[];
  readonly calibration: Calibration;
  /** Calibrated log-odds of the judged rows. */
  readonly logOdds: Float64Array;
}

interface Ground {
  readonly calibrating: CalibrationRows;
  /** The rows that contestants are compared on: every calibration fold's test side. */
  readonly judged: HeldOutRows;
}

/**
 * Chooses by log loss on held-out rows among the learners, each with its calibration, and their
 * average. The loss of the best learner flatters it, being the least of several; an average that is
 * no worse has less variance to come. There is a signal where the choice beats the base rate, also once
 * level and confidence are mended, beyond chance (90 %). Weights and calibrations answer only for rows
 * that they were not fitted to.
 *
 * @param answers the base rate's first.
 */
export function chooseModel(
  rows: HeldOutRows,
  answers: readonly HeldOutAnswers[],
  random: () => number,
): ModelChoice {
  const ground = groundOf(rows, random);
  const [base, ...singles] = answers.map((one) => contestantOf(one, ground));
  if (base === undefined) throw new RangeError('the base rate is not among the answers');
  const candidate = ({ name, calibration, logOdds }: Contestant): Candidate => ({
    learner: name,
    metrics: classificationMetrics({ ...ground.judged, probabilities: logOdds.map(sigmoid) }),
    calibration: calibration.kind,
    againstBaseRate: difference(ground, logOdds, base.logOdds),
  });
  const candidates = [base, ...singles].map(candidate);
  const single = leastLoss(singles, candidates.slice(1)) ?? base;
  const average = singles.length > 1 ? averageOf(answers.slice(1), ground) : null;
  if (average !== null) candidates.push(candidate(average));
  const better = average !== null && difference(ground, average.logOdds, single.logOdds).mean < 0;
  const best = better ? average : single;
  const verdict = best === base ? 'no signal' : verdictOn(ground, best, base);
  return {
    ...modelOf(verdict === 'signal' ? best : base),
    best: modelOf(best),
    singles: [base, ...singles].map(modelOf),
    candidates,
    verdict,
  };
}

function modelOf({ name, members, calibration }: Contestant): ModelChoice['best'] {
  return { chosen: name, members, calibration };
}

function leastLoss(
  singles: readonly Contestant[],
  candidates: readonly Candidate[],
): Contestant | undefined {
  const losses = candidates.map(({ metrics }) => metrics.logLoss);
  return singles[losses.indexOf(Math.min(...losses))];
}

/** With too few to calibrate, all held-out rows judge, by one fold that teaches nothing. */
function groundOf(rows: HeldOutRows, random: () => number): Ground {
  const seed = Math.floor(random() * 2 ** 32);
  const all = Uint32Array.from(rows.labels, (_, row) => row);
  let folds: readonly Split[] = [];
  if (rarerClass(rows.labels) >= FEWEST_TO_CALIBRATE) folds = validationFolds(rows, random);
  if (folds.length === 0) folds = [{ train: new Uint32Array(), test: all }];
  const tested = Uint32Array.from(folds.flatMap(({ test }) => [...test]));
  const { labels, weights, groups } = rows;
  const judged: HeldOutRows = {
    labels: Uint8Array.from(tested, (row) => labels[row] ?? 0),
    weights: Float64Array.from(tested, (row) => weights[row] ?? 0),
    groups: groups && Array.from(tested, (row) => groups[row] ?? ''),
  };
  return { calibrating: { rows, folds, seed }, judged };
}

function contestantOf({ learner, logOdds, isCut }: HeldOutAnswers, ground: Ground): Contestant {
  const perFold = ground.calibrating.folds.map(() => logOdds);
  // The base rate is right on average by what it is. A fit that time cut is less sure than the last
  // one will be, which may have more of it: what mends the one would spoil the other.
  const fixed = learner.name === baseRateLearner.name || isCut;
  return {
    name: learner.name,
    members: [{ learner, weight: 1 }],
    ...chooseCalibration(ground.calibrating, { perFold, whole: logOdds, fixed }),
  };
}

function averageOf(answers: readonly HeldOutAnswers[], { calibrating }: Ground): Contestant | null {
  const { rows, folds } = calibrating;
  const members = answers.map(({ logOdds }) => logOdds);
  const weights = averageWeights(members, rows);
  if (weights.filter((weight) => weight > 0).length < 2) return null;
  const perFold = folds.map(({ train }) => {
    if (train.length === 0)
      return averageLogOdds(
        members,
        members.map(() => 1 / members.length),
      );
    const seen = members.map((member) => Float64Array.from(train, (row) => member[row] ?? 0));
    const labels = Uint8Array.from(train, (row) => rows.labels[row] ?? 0);
    const rowWeights = Float64Array.from(train, (row) => rows.weights[row] ?? 0);
    return averageLogOdds(members, averageWeights(seen, { labels, weights: rowWeights }));
  });
  return {
    name: AVERAGE,
    members: answers.flatMap(({ learner }, i) => {
      const weight = weights[i] ?? 0;
      return weight > 0 ? [{ learner, weight }] : [];
    }),
    ...chooseCalibration(calibrating, {
      perFold,
      whole: averageLogOdds(members, weights),
      fixed: answers.some(({ isCut = false }, i) => isCut && (weights[i] ?? 0) > 0),
    }),
  };
}

function verdictOn(ground: Ground, best: Contestant, base: Contestant): SignalVerdict {
  const scored = { ...ground.judged, probabilities: best.logOdds.map(sigmoid) };
  return signalVerdict(scored, base.logOdds.map(sigmoid), () => bootstrapOf(ground));
}

function difference(ground: Ground, first: Float64Array, second: Float64Array): PairedDifference {
  const scored = { ...ground.judged, probabilities: first.map(sigmoid) };
  return logLossDifference(scored, second.map(sigmoid), bootstrapOf(ground));
}

function bootstrapOf({ judged, calibrating }: Ground): GroupedBootstrap {
  return {
    random: seededRandom(calibrating.seed),
    resamples: resamplesFor(judged.labels.length),
    groups: judged.groups,
  };
}
