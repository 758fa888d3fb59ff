import { FeatureEncoder } from '../features/encoding.js';
import { classBalance } from './class-balance.js';
import type {
  Classifier,
  ClassifierArtefact,
  FitResult,
  Learner,
  TrainingSet,
} from './classifier.js';
import { logOdds } from './linear-margin.js';
import { LogisticClassifier, parseLogisticParameters } from './logistic-classifier.js';
import { fitPenalisedLogit } from './penalised-logit.js';
import { choosePenalty } from './penalty-choice.js';

/**
 * L2-regularised logistic regression on encoded features. The penalty is the one with the smallest
 * log loss on rows held out inside the training set: by time where rows have one, by group where
 * they have one, else stratified.
 */
export const logisticRegressionLearner: Learner = {
  name: 'logistic',
  fit(set: TrainingSet, random: () => number): FitResult {
    const balance = classBalance(set);
    if (balance.kind === 'one-sided') return { kind: 'insufficient-data', reason: balance.reason };
    const encoder = FeatureEncoder.fit(set.table, set.weights);
    const encoded = encoder.encode(set.table);
    const penalty = choosePenalty(encoded, set, random);
    const { labels, weights: rowWeights } = set;
    const weights = fitPenalisedLogit({ encoded, labels, weights: rowWeights, penalty });
    const baseLogOdds = logOdds(balance.positives / (balance.positives + balance.negatives));
    const classifier = LogisticClassifier.around(
      { encoder: encoder.parameters, penalty, baseLogOdds },
      { weights, encoded, rowWeights },
    );
    return { kind: 'fitted', classifier };
  },
  load(artefact: ClassifierArtefact): Classifier {
    return new LogisticClassifier(parseLogisticParameters(artefact.parameters), artefact.weights);
  },
};
