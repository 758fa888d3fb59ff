import { DomainError } from '../errors/domain-error.js';
import type { AdditiveTerms } from '../features/additive-terms.js';
import { parseTerms } from '../features/additive-terms-parsing.js';
import type { FeatureSchema, FeatureTable } from '../features/feature-schema.js';
import { requireFeatures } from '../features/required-features.js';
import { parseSchema } from '../features/schema-parsing.js';
import { layoutOf } from './additive-design.js';
import { AdditiveEffects } from './additive-effects.js';
import type { Classifier, ClassifierArtefact, TrainingSet } from './classifier.js';
import { sigmoid } from './linear-margin.js';
import { referenceContributions } from './reference-contributions.js';

/** What a fitted logistic regression is, besides its weights (intercept first). */
export interface LogisticParameters {
  readonly schema: FeatureSchema;
  readonly terms: AdditiveTerms;
  /** One per block of the layout: lines, curves, categories, pairs. */
  readonly penalties: readonly number[];
  readonly baseLogOdds: number;
  /** Per feature, the contribution that counts as none; with the intercept they sum to the base rate. */
  readonly references: Readonly<Record<string, number>>;
}

/** A fitted logistic regression: exact contributions, a pair's half and half to its two features. */
export class LogisticClassifier implements Classifier {
  readonly learner = 'logistic';
  private readonly effects: AdditiveEffects;
  /** The latest schema that was found to hold just the model's features. */
  private accepted: FeatureSchema | undefined;

  constructor(
    private readonly parameters: LogisticParameters,
    private readonly weights: Float64Array,
  ) {
    if (weights.length !== layoutOf(parameters.terms).width) {
      throw new DomainError('bad-artefact', 'The weights do not fit the terms.');
    }
    this.effects = new AdditiveEffects(parameters.terms, weights);
  }

  /** Sets the references so that contributions sum to the log-odds against the base rate. */
  static around(
    {
      schema,
      terms,
      weights,
      penalties,
      baseLogOdds,
    }: Pick<LogisticParameters, 'schema' | 'terms' | 'baseLogOdds'> & {
      readonly weights: Float64Array;
      readonly penalties: Float64Array;
    },
    { table, weights: rowWeights }: TrainingSet,
  ): LogisticClassifier {
    const effects = new AdditiveEffects(terms, weights);
    const [intercept = 0] = weights;
    const values = referenceContributions(
      { effects, intercept },
      { table, rowWeights },
      baseLogOdds,
    );
    const references = Object.fromEntries(
      effects.features.map((name, i) => [name, values[i] ?? 0] as const),
    );
    const parameters = { schema, terms, penalties: [...penalties], baseLogOdds, references };
    return new LogisticClassifier(parameters, weights);
  }

  predict(table: FeatureTable): Float64Array {
    this.accept(table);
    const [intercept = 0] = this.weights;
    if (table.rows === 1)
      return Float64Array.of(sigmoid(intercept + this.effects.ofOnlyRow(table)));
    const margins = new Float64Array(table.rows).fill(intercept);
    this.effects.of(table, (_, effects, share) => {
      for (let row = 0; row < margins.length; row += 1) {
        margins[row] = (margins[row] ?? 0) + share * (effects[row] ?? 0);
      }
    });
    for (let row = 0; row < margins.length; row += 1) margins[row] = sigmoid(margins[row] ?? 0);
    return margins;
  }

  /** In the order of the table's own schema, so that the caller can name them. */
  contributions(table: FeatureTable): Float64Array {
    this.accept(table);
    const { features } = table.schema;
    const place = new Map(features.map(({ name }, index) => [name, index]));
    const places = this.effects.features.map((name) => place.get(name) ?? 0);
    const width = features.length;
    const none = features.map(({ name }) => -(this.parameters.references[name] ?? 0));
    const contributions = Float64Array.from(
      { length: table.rows * width },
      (_, at) => none[at % width] ?? 0,
    );
    this.effects.of(table, (feature, effects, share) => {
      for (let row = 0, at = places[feature] ?? 0; row < table.rows; row += 1, at += width) {
        contributions[at] = (contributions[at] ?? 0) + share * (effects[row] ?? 0);
      }
    });
    return contributions;
  }

  save(): ClassifierArtefact {
    const { parameters, weights } = this;
    return { learner: this.learner, parameters, weights: Float64Array.from(weights) };
  }

  /** Names are looked at once per schema: the same one comes with row after row. */
  private accept(table: FeatureTable): void {
    const { numeric, categorical, schema } = table;
    const whole = numeric.size + categorical.size >= this.effects.features.length;
    if (schema === this.accepted && whole) return;
    requireFeatures(this.parameters.schema, table);
    this.accepted = schema;
  }
}

/** Reads the parameters back from JSON; refuses what is not such (`bad-artefact`). */
export function parseLogisticParameters(value: unknown): LogisticParameters {
  const has = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<string, unknown>
  >;
  const { penalties, baseLogOdds, references } = has;
  const schema = parseSchema(has['schema']);
  const terms = parseTerms(has['terms']);
  if (!isNumbers(penalties) || typeof baseLogOdds !== 'number' || !areNumbers(references)) {
    throw new DomainError('bad-artefact', 'These are not the parameters of a logistic regression.');
  }
  return { schema, terms, penalties, baseLogOdds, references };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((number) => typeof number === 'number');
}

function areNumbers(value: unknown): value is Record<string, number> {
  return typeof value === 'object' && value !== null && isNumbers(Object.values(value));
}
