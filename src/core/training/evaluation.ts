import { classificationMetrics, metricIntervals } from '../statistics/classification-metrics.js';
import type { ClassificationMetrics, MetricName } from '../statistics/classification-metrics.js';
import type { Interval } from '../statistics/interval.js';
import { seededRandom } from '../statistics/random.js';
import { resamplesFor } from '../statistics/resamples.js';
import { AUTO } from './auto-classifier.js';
import type { AutoClassifier } from './auto-classifier.js';
import { assembled } from './auto-learner.js';
import { baseRateLearner } from './base-rate.js';
import type { Calibration } from './calibration.js';
import type { Classifier, Learner, TrainingSet } from './classifier.js';
import { climbLadder, withBaseRate } from './ladder.js';
import type { ClimbedLadder, InsufficientData } from './ladder.js';
import { AVERAGE, chooseModel, heaviestFirst } from './model-choice.js';
import type { ModelChoice } from './model-choice.js';
import { signalVerdict } from './signal-verdict.js';
import type { SignalVerdict } from './signal-verdict.js';
import { TimeBudget } from './time-budget.js';
import type { LeftOut, TimeLimit } from './time-budget.js';
import { foldCount } from './validation-folds.js';

/** How one learner, fitted on the training part and calibrated, did on the test part. */
export interface LearnerEvaluation {
  readonly learner: string;
  readonly calibration: Calibration['kind'];
  readonly metrics: ClassificationMetrics;
  readonly intervals: Record<MetricName, Interval>;
  /** Its fit on the whole training part; for `auto` everything from the first fold on. */
  readonly fitSeconds: number;
}

/** What a model is made of. */
export interface ModelParts {
  /** A learner's name, or `average`. */
  readonly chosen: string;
  readonly members: readonly { readonly learner: string; readonly weight: number }[];
  readonly calibration: Calibration['kind'];
}

/** Every learner's figures, which model answers, and whether it says anything. */
export interface Evaluation extends ModelParts {
  readonly kind: 'evaluated';
  /** The base rate first, `auto` last; before it an average that was chosen and found to say nothing. */
  readonly learners: readonly LearnerEvaluation[];
  /** What was chosen without seeing the test part: what answers too, where there is a signal. */
  readonly choice: ModelParts;
  readonly verdict: SignalVerdict;
  readonly leftOut: readonly LeftOut[];
  /** Learners whose last fit learned less than it would have with more time. */
  readonly shortened: readonly string[];
}

/** No learner but the base rate could be judged: nothing can be said of whether there is a signal. */
export interface NoneJudged {
  readonly kind: 'none-judged';
  readonly leftOut: readonly LeftOut[];
}

export interface EvaluationOptions {
  readonly learners: readonly Learner[];
  readonly seed: number;
  /** A running clock, for the fits, and how long they may take together. */
  readonly limit: TimeLimit;
  /** Called before each fit with its name. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/**
 * Chooses a model inside the training part (as `trainAuto` does), fits every learner on all of it,
 * and measures them and the choice, which is called `auto`, on the test part. There is a signal
 * where the choice's log loss on the test part lies below the base rate's, also once level and
 * confidence are mended (paired bootstrap, 90 %): a level that moved is no word of the features. Where
 * there is none, the base rate is what answers. The base rate is met on the test part alone, which the
 * choice did not see, since early origins of a world that moved can lose to it where the whole training
 * part wins.
 */
export async function evaluate(
  training: TrainingSet,
  test: TrainingSet,
  options: EvaluationOptions,
): Promise<Evaluation | InsufficientData | NoneJudged> {
  const { seed, limit, onStep } = options;
  const started = limit.now();
  const budget = new TimeBudget(limit);
  const random = seededRandom(seed);
  const climbed = await climbLadder(training, { ...options, random, budget });
  if (climbed.kind === 'insufficient-data') return climbed;
  const { leftOut, answers } = climbed;
  if (leftOut.length > 0 && answers.length === 1) return { kind: 'none-judged', leftOut };
  onStep?.('choosing');
  const choice = chooseModel(climbed.rows, answers, random);
  const judging = limit.now() - started;
  const fits = await lastFits(training, { ...climbed, choice }, { ...options, budget });
  onStep?.('measuring');
  const judged = judgedOn(test, { training, choice, fits, judging, seed });
  const cut = [...fits].filter(([, fit]) => fit.isCut);
  return { kind: 'evaluated', ...judged, leftOut, shortened: cut.map(([name]) => name) };
}

interface Fits {
  readonly training: TrainingSet;
  readonly choice: ModelChoice;
  readonly fits: ReadonlyMap<string, LastFit>;
  /** Milliseconds that went into the choice. */
  readonly judging: number;
  readonly seed: number;
}

function judgedOn(
  test: TrainingSet,
  { training, choice, fits, judging, seed }: Fits,
): Omit<Evaluation, 'kind' | 'leftOut' | 'shortened'> {
  const fitted = new Map([...fits].map(([name, { classifier }]) => [name, classifier]));
  const modelOf = (model: ModelChoice['best']): AutoClassifier =>
    assembled(training, model, fitted);
  const alone = choice.singles.filter(({ chosen }) => fits.has(chosen));
  const milliseconds = ({ members }: ModelChoice['best']): number =>
    members.reduce((sum, { learner }) => sum + (fits.get(learner.name)?.milliseconds ?? 0), 0);
  const measured = alone.map((single) =>
    measure(modelOf(single), test, { fitSeconds: milliseconds(single) / 1000, seed }),
  );
  const rowOf = (model: ModelChoice['best'], fitSeconds: number): LearnerEvaluation =>
    measured.find(({ learner }) => learner === model.chosen) ??
    measure(modelOf(model), test, { fitSeconds, seed });
  const [base = choice.best] = alone;
  const { best } = choice;
  const verdict = verdictOn(test, { best: modelOf(best), base: modelOf(base), seed });
  const model = verdict === 'signal' ? best : base;
  const fitSeconds = (judging + milliseconds(model)) / 1000;
  const overruled = verdict === 'no signal' && best.chosen === AVERAGE;
  return {
    learners: [
      ...measured,
      ...(overruled ? [rowOf(best, (judging + milliseconds(best)) / 1000)] : []),
      { ...rowOf(model, fitSeconds), learner: AUTO, fitSeconds },
    ],
    ...partsOf(model),
    choice: partsOf(best),
    verdict,
  };
}

function partsOf({ chosen, members, calibration }: ModelChoice['best']): ModelParts {
  return {
    chosen,
    members: members.map(({ learner, weight }) => ({ learner: learner.name, weight })),
    calibration: calibration.kind,
  };
}

/** How many times `evaluate` calls `onStep`, less for what is left out. */
export function evaluationSteps(learners: readonly Learner[], training: TrainingSet): number {
  return withBaseRate(learners).length * (foldCount(training) + 1) + 2;
}

interface LastFit {
  readonly classifier: Classifier;
  readonly milliseconds: number;
  readonly isCut: boolean;
}

/** Fits every learner on all rows; of those that take time what was chosen first: the others are only compared. */
async function lastFits(
  training: TrainingSet,
  { answers, choice }: Pick<ClimbedLadder, 'answers'> & { readonly choice: ModelChoice },
  { seed, limit, budget, onStep }: EvaluationOptions & { readonly budget: TimeBudget },
): Promise<ReadonlyMap<string, LastFit>> {
  const chosen = heaviestFirst(choice.best.members).map(({ learner }) => learner);
  budget.keepOnlyFor(new Set(chosen.map(({ name }) => name)));
  const all = answers.map(({ learner }) => learner);
  const fits = new Map<string, LastFit>();
  for (const learner of new Set([baseRateLearner, ...chosen, ...all])) {
    onStep?.(`${learner.name}, all rows`);
    const started = limit.now();
    const told = budget.lastFit(learner.name);
    const fitted = await learner.fit(training, seededRandom(seed + 1), told);
    const milliseconds = limit.now() - started;
    if (fitted.kind === 'fitted') {
      const isCut = fitted.cut !== undefined;
      fits.set(learner.name, { classifier: fitted.classifier, milliseconds, isCut });
    }
  }
  return fits;
}

function verdictOn(
  test: TrainingSet,
  { best, base, seed }: { best: Classifier; base: Classifier; seed: number },
): SignalVerdict {
  const { labels, weights, groups } = test;
  const scored = { labels, weights, probabilities: best.predict(test.table) };
  return signalVerdict(scored, base.predict(test.table), () => ({
    random: seededRandom(seed),
    groups,
  }));
}

function measure(
  classifier: AutoClassifier,
  { table, labels, weights, groups }: TrainingSet,
  { fitSeconds, seed }: { readonly fitSeconds: number; readonly seed: number },
): LearnerEvaluation {
  const scored = { labels, weights, probabilities: classifier.predict(table) };
  const { chosen, calibration } = classifier.facts;
  return {
    learner: chosen,
    calibration: calibration.kind,
    metrics: classificationMetrics(scored),
    intervals: metricIntervals(scored, {
      random: seededRandom(seed),
      resamples: resamplesFor(labels.length),
      groups,
    }),
    fitSeconds,
  };
}
