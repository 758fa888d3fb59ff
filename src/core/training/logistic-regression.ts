import { fitTerms } from '../features/additive-terms.js';
import { requireFeatures } from '../features/required-features.js';
import { fitAdditive } from './additive-fit.js';
import { classBalance } from './class-balance.js';
import type {
  Classifier,
  ClassifierArtefact,
  FitOptions,
  FitResult,
  Learner,
  TimeCut,
  TrainingSet,
} from './classifier.js';
import { logOdds } from './linear-margin.js';
import { LogisticClassifier, parseLogisticParameters } from './logistic-classifier.js';
import { chooseStructure } from './structure-choice.js';
import { trainingSetRows } from './training-set-rows.js';

/**
 * Additive logistic regression with partial pooling: numbers as lines and curves, categories and
 * pairs of features as random effects, each block of weights with a variance of its own, so that a
 * sparse category or cell is pulled to what is known without it. Whether curves and pairs are used
 * is decided on held-out rows.
 */
export const logisticRegressionLearner: Learner = {
  name: 'logistic',
  fit(set: TrainingSet, random: () => number, options?: FitOptions): FitResult {
    const balance = classBalance(set);
    if (balance.kind === 'one-sided') return { kind: 'insufficient-data', reason: balance.reason };
    requireFeatures(set.table.schema, set.table);
    const counted = trainingSetRows(set, rowsThatCount(set));
    let cut: TimeCut | undefined;
    const remaining = (): number => {
      const left = options?.remaining?.() ?? Number.POSITIVE_INFINITY;
      if (left <= 0) cut = 'unsure';
      return left;
    };
    const told = { ...options, remaining };
    const structure = chooseStructure(counted, random, told);
    const terms = fitTerms(counted.table, counted.weights);
    const fit = fitAdditive({ terms, structure }, counted, told);
    const baseLogOdds = logOdds(balance.positives / (balance.positives + balance.negatives));
    const { schema } = set.table;
    const classifier = LogisticClassifier.around({ ...fit, schema, baseLogOdds }, counted);
    return { kind: 'fitted', classifier, cut };
  },
  load(artefact: ClassifierArtefact): Classifier {
    return new LogisticClassifier(parseLogisticParameters(artefact.parameters), artefact.weights);
  },
};

function rowsThatCount({ weights }: TrainingSet): Uint32Array {
  return Uint32Array.from(weights.keys()).filter((row) => (weights[row] ?? 0) > 0);
}
