import { seededRandom } from '../statistics/random.js';
import type { ScoredLabels } from '../statistics/scored-labels.js';
import { selectRows } from '../features/table-rows.js';
import type { FitOptions, Learner, TrainingSet } from './classifier.js';
import type { Split } from './splits.js';
import { trainingSetRows } from './training-set-rows.js';

/** What a learner said about the rows of every fold's test side, fold after fold. */
export interface HeldOutPredictions extends ScoredLabels {
  readonly learner: string;
  readonly weights: Float64Array;
  readonly groups?: readonly string[] | undefined;
}

/** Fits on each fold's training side and predicts its test side; null where a fold cannot be fitted. */
export async function crossValidate(
  set: TrainingSet,
  how: {
    readonly learner: Learner;
    readonly folds: readonly Split[];
    readonly seed: number;
    readonly options?: FitOptions;
  },
): Promise<HeldOutPredictions | null> {
  const tested = Uint32Array.from(how.folds.flatMap(({ test }) => [...test]));
  const probabilities = new Float64Array(tested.length);
  let at = 0;
  for (const [fold, { train, test }] of how.folds.entries()) {
    const fitted = await how.learner.fit(
      trainingSetRows(set, train),
      seededRandom(how.seed + fold),
      how.options,
    );
    if (fitted.kind === 'insufficient-data') return null;
    probabilities.set(fitted.classifier.predict(selectRows(set.table, test)), at);
    at += test.length;
  }
  const { labels, weights, groups } = trainingSetRows(set, tested);
  return { learner: how.learner.name, labels, weights, groups, probabilities };
}
