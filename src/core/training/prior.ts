import { DomainError } from '../errors/domain-error.js';
import type { FeatureTable } from '../features/feature-schema.js';
import type { Classifier, FitResult, Learner } from './classifier.js';

/** The prior's version in the registry. */
export const PRIOR_VERSION = '0';

/** Probability of a failure that the prior gives to the median anomaly. */
export const PRIOR_BASE_RATE = 0.1;

/** One term of the prior: coefficient x (value - median), the value clipped to the range first. */
export interface PriorTerm {
  readonly feature: string;
  /** Change of the log-odds per unit. */
  readonly coefficient: number;
  readonly median: number;
  readonly range: readonly [number, number];
  /** Why the coefficient is what it is, for the model card. */
  readonly statement: string;
}

/**
 * What is assumed before any label: log-odds are linear in severity, ratio to threshold, mapping
 * relevance and recent change, from 10 % at the median anomaly (a warning at 1.5 times its
 * threshold, relevance .7, no change). Traffic and value are left to the impact.
 *
 * A critical one at five times its threshold, relevance 1, ten minutes after a release gets 75 %; an
 * info at its threshold with relevance .3 gets 2.4 %.
 */
export const PRIOR_TERMS: readonly PriorTerm[] = [
  {
    feature: 'severity_level',
    coefficient: 0.7,
    median: 1,
    range: [0, 3],
    statement: 'each step of severity doubles the odds',
  },
  {
    feature: 'threshold_log_ratio',
    coefficient: 0.5,
    median: Math.log(1.5),
    range: [-2, 4],
    statement: 'four times the ratio to the threshold doubles the odds',
  },
  {
    feature: 'relevance',
    coefficient: 1.5,
    median: 0.7,
    range: [0, 1],
    statement: 'a wholly relevant mapping has 4.5 times the odds of an irrelevant one',
  },
  {
    feature: 'service_change_recency',
    coefficient: 1,
    median: 0,
    range: [0, 1],
    statement: 'a change on the service just now multiplies the odds by 2.7, fading over hours',
  },
];

function missingIn(table: FeatureTable): string | undefined {
  return PRIOR_TERMS.find((term) => !table.numeric.has(term.feature))?.feature;
}

/** A value that is not known is taken to be the median: it moves nothing. */
function effect(term: PriorTerm, value: number): number {
  if (Number.isNaN(value)) return 0;
  const [low, high] = term.range;
  return term.coefficient * (Math.max(low, Math.min(high, value)) - term.median);
}

function columnsOf(table: FeatureTable): readonly (readonly [PriorTerm, Float64Array])[] {
  return PRIOR_TERMS.map((term) => {
    const column = table.numeric.get(term.feature);
    if (column !== undefined) return [term, column] as const;
    throw new DomainError(
      'missing-feature',
      `The prior needs the numeric feature ${term.feature}.`,
      {
        pointer: `/${term.feature}`,
      },
    );
  });
}

/**
 * The stated logistic prior: fixed coefficients, exact linear contributions.
 *
 * Contributions are against PRIOR_BASE_RATE, one column per feature of the table's schema.
 */
export const PRIOR: Classifier = {
  learner: 'prior',
  predict(table) {
    const logOdds = new Float64Array(table.rows).fill(
      Math.log(PRIOR_BASE_RATE / (1 - PRIOR_BASE_RATE)),
    );
    for (const [term, column] of columnsOf(table)) {
      column.forEach((value, row) => {
        logOdds[row] = (logOdds[row] ?? 0) + effect(term, value);
      });
    }
    return logOdds.map((odds) => 1 / (1 + Math.exp(-odds)));
  },
  contributions(table) {
    const { features } = table.schema;
    const result = new Float64Array(table.rows * features.length);
    for (const [term, column] of columnsOf(table)) {
      const place = features.findIndex((f) => f.name === term.feature);
      column.forEach((value, row) => {
        if (place >= 0) result[row * features.length + place] = effect(term, value);
      });
    }
    return result;
  },
  save: () => ({ learner: 'prior', parameters: null, weights: new Float64Array(0) }),
};

/** The rung that learns nothing: the prior on tables that hold its features, else insufficient data. */
export const priorLearner: Learner = {
  name: 'prior',
  fit(set): FitResult {
    const missing = missingIn(set.table);
    if (missing === undefined) return { kind: 'fitted', classifier: PRIOR };
    return { kind: 'insufficient-data', reason: `The prior needs the feature ${missing}.` };
  },
  load(artefact) {
    if (artefact.learner === 'prior') return PRIOR;
    throw new DomainError('unknown-learner', `The prior cannot load a ${artefact.learner} model.`);
  },
};
