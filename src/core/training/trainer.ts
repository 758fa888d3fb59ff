import { classificationMetrics, logLossDifference } from '../statistics/classification-metrics.js';
import type { ClassificationMetrics } from '../statistics/classification-metrics.js';
import type { PairedDifference } from '../statistics/bootstrap.js';
import { seededRandom } from '../statistics/random.js';
import { baseRateLearner } from './base-rate.js';
import { classBalance } from './class-balance.js';
import type { Classifier, Learner, TrainingSet } from './classifier.js';
import { crossValidate } from './cross-validation.js';
import type { HeldOutPredictions } from './cross-validation.js';
import { validationFolds } from './validation-folds.js';

/** What to try, from the lowest rung up, with which chance, and how long labels take to be known. */
export interface TrainOptions {
  readonly learners: readonly Learner[];
  /** Seeded source of uniform numbers in [0, 1): same set, same seed, same bytes. */
  readonly random: () => number;
  /** Milliseconds between the last training row and the first validating one; none where absent. */
  readonly embargo?: number | undefined;
}

/** How one learner did on rows that it had not seen. */
export interface Candidate {
  readonly learner: string;
  readonly metrics: ClassificationMetrics;
  /** Log loss against the base rate's on the same rows; below zero is better (90 % interval). */
  readonly againstBaseRate: PairedDifference;
}

export type SignalVerdict = 'signal' | 'no signal';

export interface Trained {
  readonly kind: 'trained';
  /** The name of the learner with the smallest log loss; the base rate where there is no signal. */
  readonly chosen: string;
  /** One per learner that could be judged, the base rate first. */
  readonly candidates: readonly Candidate[];
  /** The chosen learner fitted on every row. */
  readonly classifier: Classifier;
  readonly verdict: SignalVerdict;
}

export interface InsufficientData {
  readonly kind: 'insufficient-data';
  readonly reason: string;
}

/** The judgement of `train` without its refit. */
export type Judgement = Omit<Trained, 'kind' | 'classifier'> & { readonly kind: 'judged' };

const MIN_PER_CLASS = 10;

/**
 * Climbs the ladder: judges every learner on held-out rows (rolling origins where rows have a time),
 * chooses by log loss, and fits the chosen one on everything. There is a signal where the interval
 * of its log-loss difference to the base rate, rows of a group drawn together, lies below zero.
 */
export async function train(
  set: TrainingSet,
  options: TrainOptions,
): Promise<Trained | InsufficientData> {
  const seed = Math.floor(options.random() * 2 ** 32);
  const judgement = await judgeLearners(set, { ...options, random: seededRandom(seed) });
  if (judgement.kind === 'insufficient-data') return judgement;
  const learner = withBaseRate(options.learners).find(({ name }) => name === judgement.chosen);
  const fitted = await (learner ?? baseRateLearner).fit(set, seededRandom(seed + 1));
  if (fitted.kind === 'insufficient-data') return fitted;
  return { ...judgement, kind: 'trained', classifier: fitted.classifier };
}

/** Judges every learner on held-out rows and chooses one, without fitting it on everything. */
export async function judgeLearners(
  set: TrainingSet,
  { learners, random, embargo }: TrainOptions,
): Promise<Judgement | InsufficientData> {
  const shortage = shortageOf(set);
  if (shortage !== null) return { kind: 'insufficient-data', reason: shortage };
  const folds = validationFolds(set, random, embargo);
  if (folds.length === 0) {
    const reason = 'No stretch of rows can judge another: too few, or all of one moment or group.';
    return { kind: 'insufficient-data', reason };
  }
  const seed = Math.floor(random() * 2 ** 32);
  const base = await crossValidate(set, { folds, seed, learner: baseRateLearner });
  if (base === null) return { kind: 'insufficient-data', reason: 'No fold could be judged.' };
  const candidates = [candidateOf(base, base, seededRandom(seed))];
  for (const learner of withBaseRate(learners).slice(1)) {
    const held = await crossValidate(set, { folds, seed, learner });
    if (held !== null) candidates.push(candidateOf(held, base, seededRandom(seed)));
  }
  const best = candidates.reduce((a, b) => (b.metrics.logLoss < a.metrics.logLoss ? b : a));
  const signal = best.againstBaseRate.interval[1] < 0;
  return {
    kind: 'judged',
    chosen: signal ? best.learner : baseRateLearner.name,
    candidates,
    verdict: signal ? 'signal' : 'no signal',
  };
}

/** The ladder with the base rate as its lowest rung. */
export function withBaseRate(learners: readonly Learner[]): readonly Learner[] {
  return [baseRateLearner, ...learners.filter(({ name }) => name !== baseRateLearner.name)];
}

function shortageOf(set: TrainingSet): string | null {
  const balance = classBalance(set);
  if (balance.kind === 'one-sided') return balance.reason;
  const positives = set.labels.reduce((sum, label) => sum + label, 0);
  const fewest = Math.min(positives, set.labels.length - positives);
  if (fewest >= MIN_PER_CLASS) return null;
  const counts = `${positives} positive and ${set.labels.length - positives} negative rows`;
  return `${counts}: at least ${MIN_PER_CLASS} of each are needed.`;
}

function candidateOf(
  held: HeldOutPredictions,
  base: HeldOutPredictions,
  random: () => number,
): Candidate {
  const options = { random, groups: held.groups };
  return {
    learner: held.learner,
    metrics: classificationMetrics(held),
    againstBaseRate: logLossDifference(held, base.probabilities, options),
  };
}
