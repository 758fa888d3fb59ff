import { DomainError } from '../errors/domain-error.js';
import { FeatureEncoder, parseEncoderParameters } from '../features/encoding.js';
import type { EncodedTable, EncoderParameters } from '../features/encoding.js';
import type { FeatureTable } from '../features/feature-schema.js';
import type { Classifier, ClassifierArtefact } from './classifier.js';
import { marginOf, sigmoid } from './linear-margin.js';
import { referenceContributions, rowContributions } from './linear-contributions.js';

/** What a fitted logistic regression is, besides its weights (intercept first). */
export interface LogisticParameters {
  readonly encoder: EncoderParameters;
  readonly penalty: number;
  readonly baseLogOdds: number;
  /** Per feature, the contribution that counts as none; with the intercept they sum to the base rate. */
  readonly references: readonly number[];
}

/** A fitted logistic regression. */
export class LogisticClassifier implements Classifier {
  readonly learner = 'logistic';
  private readonly encoder: FeatureEncoder;

  constructor(
    private readonly parameters: LogisticParameters,
    private readonly weights: Float64Array,
  ) {
    this.encoder = new FeatureEncoder(parameters.encoder);
    if (weights.length !== this.encoder.width + 1) {
      throw new DomainError('bad-artefact', 'The weights do not fit the encoder.');
    }
  }

  /** Sets the references so that contributions sum to the log-odds against the base rate. */
  static around(
    parameters: Omit<LogisticParameters, 'references'>,
    fitted: {
      readonly weights: Float64Array;
      readonly encoded: EncodedTable;
      readonly rowWeights: Float64Array;
    },
  ): LogisticClassifier {
    const { sources, schema } = new FeatureEncoder(parameters.encoder);
    const references = referenceContributions(
      { ...fitted, sources, features: schema.features.length },
      parameters.baseLogOdds,
    );
    return new LogisticClassifier({ ...parameters, references }, fitted.weights);
  }

  predict(table: FeatureTable): Float64Array {
    const encoded = this.encoder.encode(table);
    const probabilities = new Float64Array(table.rows);
    for (let row = 0; row < table.rows; row += 1) {
      probabilities[row] = sigmoid(marginOf(encoded, row, this.weights));
    }
    return probabilities;
  }

  /** In the order of the table's own schema, so that the caller can name them. */
  contributions(table: FeatureTable): Float64Array {
    const encoded = this.encoder.encode(table);
    const { sources, schema } = this.encoder;
    const width = schema.features.length;
    const position = new Map(table.schema.features.map(({ name }, index) => [name, index]));
    const places = schema.features.map(({ name }, index) => position.get(name) ?? index);
    const contributions = new Float64Array(table.rows * width);
    for (let row = 0; row < table.rows; row += 1) {
      const own = rowContributions(encoded, row, {
        weights: this.weights,
        sources,
        features: width,
      });
      own.forEach((contribution, feature) => {
        const at = row * width + (places[feature] ?? feature);
        contributions[at] = contribution - (this.parameters.references[feature] ?? 0);
      });
    }
    return contributions;
  }

  save(): ClassifierArtefact {
    const { parameters, weights } = this;
    return { learner: this.learner, parameters, weights: Float64Array.from(weights) };
  }
}

/** Reads the parameters back from JSON; refuses what is not such (`bad-artefact`). */
export function parseLogisticParameters(value: unknown): LogisticParameters {
  const has = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<string, unknown>
  >;
  const { penalty, baseLogOdds, references } = has;
  const encoder = parseEncoderParameters(has['encoder']);
  if (typeof penalty !== 'number' || typeof baseLogOdds !== 'number' || !isNumbers(references)) {
    throw new DomainError('bad-artefact', 'These are not the parameters of a logistic regression.');
  }
  return { encoder, penalty, baseLogOdds, references };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((number) => typeof number === 'number');
}
