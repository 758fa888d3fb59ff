import { selectRows } from '../features/table-rows.js';
import { seededRandom } from '../statistics/random.js';
import { baseRateLearner } from './base-rate.js';
import { rarerClass } from './calibration-choice.js';
import { classBalance } from './class-balance.js';
import type { Learner, TrainingSet } from './classifier.js';
import { finiteLogOdds, heldOutRows } from './held-out-rows.js';
import type { HeldOutAnswers, HeldOutRows } from './held-out-rows.js';
import type { Split } from './splits.js';
import type { LeftOut, TimeBudget, TimeLease } from './time-budget.js';
import { trainingSetRows } from './training-set-rows.js';
import { validationFolds } from './validation-folds.js';

/** What to try, from the lowest rung up, with which chance, and how long labels take to be known. */
export interface LadderOptions {
  readonly learners: readonly Learner[];
  /** Seeded source of uniform numbers in [0, 1): same set, same seed, same bytes. */
  readonly random: () => number;
  /** Milliseconds between the last training row and the first validating one; none where absent. */
  readonly embargo?: number | undefined;
  readonly budget: TimeBudget;
  /** Called, and waited for, before each fit with what is being done. */
  readonly onStep?: ((step: string) => void | Promise<void>) | undefined;
}

/** What every learner said of rows it had not seen. */
export interface ClimbedLadder {
  readonly kind: 'climbed';
  readonly rows: HeldOutRows;
  /** The base rate first; learners that could not be judged are left out. */
  readonly answers: readonly HeldOutAnswers[];
  readonly leftOut: readonly LeftOut[];
}

export interface InsufficientData {
  readonly kind: 'insufficient-data';
  readonly reason: string;
}

const MIN_PER_CLASS = 10;

/** Has every learner answer rows that it has not seen: rolling origins where rows have a time. */
export async function climbLadder(
  set: TrainingSet,
  { learners, random, embargo, budget, onStep }: LadderOptions,
): Promise<ClimbedLadder | InsufficientData> {
  const shortage = shortageOf(set);
  if (shortage !== null) return { kind: 'insufficient-data', reason: shortage };
  const folds = validationFolds(set, random, embargo);
  if (folds.length === 0) {
    const reason = 'No stretch of rows can judge another: too few, or all of one moment or group.';
    return { kind: 'insufficient-data', reason };
  }
  const seed = Math.floor(random() * 2 ** 32);
  const answers: HeldOutAnswers[] = [];
  const leftOut: LeftOut[] = [];
  const rungs = withBaseRate(learners);
  for (const [rung, learner] of rungs.entries()) {
    // The lowest rung that learns is judged however long it takes: else a slow machine has no model.
    const spared = answers.length <= 1;
    const toCome = rungs.length - rung;
    const judged = await judge(set, learner, { folds, seed, budget, toCome, spared, onStep });
    if ('reason' in judged) leftOut.push({ learner: learner.name, reason: judged.reason });
    else {
      answers.push(judged.answers);
      budget.keepBack(learner.name, judged.expected);
    }
  }
  if (answers[0]?.learner !== baseRateLearner) {
    const why = leftOut[0]?.reason ?? 'no fold could be judged';
    return { kind: 'insufficient-data', reason: `Not even the base rate could be judged: ${why}.` };
  }
  return { kind: 'climbed', rows: heldOutRows(set, folds), answers, leftOut };
}

/** The ladder with the base rate as its lowest rung. */
export function withBaseRate(learners: readonly Learner[]): readonly Learner[] {
  return [baseRateLearner, ...learners.filter(({ name }) => name !== baseRateLearner.name)];
}

function shortageOf(set: TrainingSet): string | null {
  const balance = classBalance(set);
  if (balance.kind === 'one-sided') return balance.reason;
  const rarer = rarerClass(set.labels);
  if (rarer >= MIN_PER_CLASS) return null;
  const positives = set.labels.reduce((sum, label) => sum + label, 0);
  const counts = `${positives} positive and ${set.labels.length - positives} negative rows`;
  return `${counts}: at least ${MIN_PER_CLASS} of each are needed.`;
}

interface Judging extends Pick<LadderOptions, 'budget' | 'onStep'> {
  readonly folds: readonly Split[];
  readonly seed: number;
  /** Learners that are not judged yet, this one among them. */
  readonly toCome: number;
  /** Whether it is judged even where it takes too long. */
  readonly spared: boolean;
}

type Judged = { readonly answers: HeldOutAnswers; readonly expected: number } | { reason: string };

const NO_TIME = 'the time budget leaves too little for it';

async function judge(set: TrainingSet, learner: Learner, judging: Judging): Promise<Judged> {
  const rarer = rarerClass(set.labels);
  const fewest = learner.fewest ?? 0;
  if (rarer < fewest) return { reason: `${rarer} rows of the rarer class; it needs ${fewest}` };
  const rows = judging.folds.reduce((sum, { train }) => sum + train.length, set.labels.length);
  const lease = judging.budget.lease(rows, judging.toCome);
  if (lease === null) return { reason: NO_TIME };
  const answers = await foldAnswers(set, learner, { ...judging, lease });
  if ('reason' in answers) return answers;
  return { answers, expected: lease.expected(set.labels.length) };
}

async function foldAnswers(
  set: TrainingSet,
  learner: Learner,
  { folds, seed, spared, onStep, lease }: Judging & { readonly lease: TimeLease },
): Promise<HeldOutAnswers | { reason: string }> {
  const answered: number[] = [];
  let isCut = false;
  for (const [number, { train, test }] of folds.entries()) {
    await onStep?.(`${learner.name}, fold ${number + 1} of ${folds.length}`);
    if (lease.isOver && !spared) return { reason: NO_TIME };
    const options = lease.begin(train.length);
    const random = seededRandom(seed + number);
    const fitted = await learner.fit(trainingSetRows(set, train), random, options);
    lease.end();
    if (fitted.kind === 'insufficient-data') return { reason: fitted.reason };
    isCut ||= fitted.cut === 'unsure';
    const said = finiteLogOdds(fitted.classifier.predict(selectRows(set.table, test)));
    for (const odds of said) answered.push(odds);
  }
  return { learner, logOdds: Float64Array.from(answered), isCut };
}
