import { DomainError } from '../errors/domain-error.js';
import type { FeatureSchema, FeatureTable } from '../features/feature-schema.js';
import { requireFeatures } from '../features/required-features.js';
import { parseSchema } from '../features/schema-parsing.js';
import { classBalance } from './class-balance.js';
import type {
  Classifier,
  ClassifierArtefact,
  FitResult,
  Learner,
  TrainingSet,
} from './classifier.js';

const NAME = 'base-rate';

/** Says the share of positives whatever the features: the rung that every other must beat. */
export const baseRateLearner: Learner = {
  name: NAME,
  fit(set: TrainingSet): FitResult {
    const balance = classBalance(set);
    if (balance.kind === 'one-sided') return { kind: 'insufficient-data', reason: balance.reason };
    const rate = balance.positives / (balance.positives + balance.negatives);
    return { kind: 'fitted', classifier: new BaseRateClassifier(set.table.schema, rate) };
  },
  load({ parameters, weights }: ClassifierArtefact): Classifier {
    const [rate] = weights;
    if (rate === undefined) throw new DomainError('bad-artefact', 'The base rate is absent.');
    return new BaseRateClassifier(parseSchema(parameters), rate);
  },
};

class BaseRateClassifier implements Classifier {
  readonly learner = NAME;

  constructor(
    private readonly schema: FeatureSchema,
    private readonly rate: number,
  ) {}

  predict(table: FeatureTable): Float64Array {
    requireFeatures(this.schema, table);
    return new Float64Array(table.rows).fill(this.rate);
  }

  contributions(table: FeatureTable): Float64Array {
    requireFeatures(this.schema, table);
    return new Float64Array(table.rows * this.schema.features.length);
  }

  save(): ClassifierArtefact {
    return { learner: NAME, parameters: this.schema, weights: Float64Array.of(this.rate) };
  }
}
