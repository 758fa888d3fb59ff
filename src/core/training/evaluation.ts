import {
  classificationMetrics,
  logLossDifference,
  metricIntervals,
} from '../statistics/classification-metrics.js';
import type { ClassificationMetrics, MetricName } from '../statistics/classification-metrics.js';
import type { Interval } from '../statistics/interval.js';
import { seededRandom } from '../statistics/random.js';
import { baseRateLearner } from './base-rate.js';
import type { Learner, TrainingSet } from './classifier.js';
import { judgeLearners, withBaseRate } from './trainer.js';
import type { Candidate, InsufficientData, SignalVerdict } from './trainer.js';

/** How one learner, fitted on the training part, did on the test part. */
export interface LearnerEvaluation {
  readonly learner: string;
  readonly metrics: ClassificationMetrics;
  readonly intervals: Record<MetricName, Interval>;
  readonly fitSeconds: number;
}

/** Every learner's figures, the one chosen without seeing the test part, and whether it says anything. */
export interface Evaluation {
  readonly kind: 'evaluated';
  readonly learners: readonly LearnerEvaluation[];
  readonly chosen: string;
  readonly verdict: SignalVerdict;
}

export interface EvaluationOptions {
  readonly learners: readonly Learner[];
  readonly seed: number;
  /** A running clock in milliseconds, for the fits. */
  readonly now: () => number;
  /** Called before each piece of work with its name; there are `evaluationSteps(learners)`. */
  readonly onStep?: ((step: string) => void) | undefined;
}

// Enough for a stable 90 % interval of a small test part; a large one needs fewer to be steady.
const MOST_RESAMPLES = 1000;
const FEWEST_RESAMPLES = 200;
const RESAMPLED_ROWS = 5e6;

/** How many times `evaluate` calls `onStep`. */
export function evaluationSteps(learners: readonly Learner[]): number {
  return withBaseRate(learners).length + 1;
}

/**
 * Chooses the best learner above the base rate inside the training part (as `train` does), fits each
 * on all of it, and measures them on the test part. There is a signal where the best one's log loss
 * on the test part lies below the base rate's (paired bootstrap, 90 %); where there is none, the
 * base rate is what is chosen. The base rate is met on the test part alone, which the choice did not
 * see, since early origins of a world that moved can lose to it where the whole training part wins.
 */
export async function evaluate(
  training: TrainingSet,
  test: TrainingSet,
  options: EvaluationOptions,
): Promise<Evaluation | InsufficientData> {
  const { seed, onStep } = options;
  const learners = withBaseRate(options.learners);
  onStep?.('choosing');
  const judged = await judgeLearners(training, { learners, random: seededRandom(seed) });
  if (judged.kind === 'insufficient-data') return judged;
  const best = bestAboveBaseRate(judged.candidates);
  const evaluations: LearnerEvaluation[] = [];
  const predictions = new Map<string, Float64Array>();
  for (const learner of learners) {
    onStep?.(learner.name);
    const started = options.now();
    const fitted = await learner.fit(training, seededRandom(seed + 1));
    const fitSeconds = (options.now() - started) / 1000;
    if (fitted.kind === 'insufficient-data') continue;
    const probabilities = fitted.classifier.predict(test.table);
    predictions.set(learner.name, probabilities);
    const scored = { labels: test.labels, weights: test.weights, probabilities };
    evaluations.push({ learner: learner.name, fitSeconds, ...figures(scored, seed) });
  }
  const signal = beats(test, predictions.get(best), {
    base: predictions.get(baseRateLearner.name),
    seed,
  });
  return {
    kind: 'evaluated',
    learners: evaluations,
    chosen: signal ? best : baseRateLearner.name,
    verdict: signal ? 'signal' : 'no signal',
  };
}

function bestAboveBaseRate(candidates: readonly Candidate[]): string {
  return (
    candidates
      .filter(({ learner }) => learner !== baseRateLearner.name)
      .reduce<Candidate | undefined>(
        (a, b) => (a === undefined || b.metrics.logLoss < a.metrics.logLoss ? b : a),
        undefined,
      )?.learner ?? baseRateLearner.name
  );
}

function beats(
  test: TrainingSet,
  best: Float64Array | undefined,
  { base, seed }: { readonly base: Float64Array | undefined; readonly seed: number },
): boolean {
  if (best === undefined || base === undefined) return false;
  const { labels, weights, groups } = test;
  const options = { random: seededRandom(seed), groups };
  const scored = { labels, weights, probabilities: best };
  return logLossDifference(scored, base, options).interval[1] < 0;
}

function figures(
  scored: Parameters<typeof metricIntervals>[0],
  seed: number,
): Pick<LearnerEvaluation, 'metrics' | 'intervals'> {
  const wanted = Math.round(RESAMPLED_ROWS / Math.max(1, scored.labels.length));
  const resamples = Math.max(FEWEST_RESAMPLES, Math.min(MOST_RESAMPLES, wanted));
  return {
    metrics: classificationMetrics(scored),
    intervals: metricIntervals(scored, { random: seededRandom(seed), resamples }),
  };
}
