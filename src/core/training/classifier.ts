import type { FeatureTable } from '../features/feature-schema.js';

/** What a learner is taught with: a table, 0/1 labels and non-negative weights, row by row. */
export interface TrainingSet {
  readonly table: FeatureTable;
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  /** Milliseconds; later rows validate earlier ones. Absent where rows have no time. */
  readonly times?: Float64Array | undefined;
  /** Rows of one group (incident) stay on one side of a split. */
  readonly groups?: readonly string[] | undefined;
}

/** A fitted classifier as plain data: JSON-safe parameters and the weights as one float array. */
export interface ClassifierArtefact {
  readonly learner: string;
  readonly parameters: unknown;
  readonly weights: Float64Array;
}

/** A fitted model: pure, synchronous, no framework. */
export interface Classifier {
  readonly learner: string;
  /** Probability of the positive class per row, in [0, 1]. Refuses a table that lacks a feature. */
  predict(table: FeatureTable): Float64Array;
  /** Change of the log-odds against the base rate per source feature, row by row (rows x features in schema order). */
  contributions(table: FeatureTable): Float64Array;
  save(): ClassifierArtefact;
}

/** `shortened`: it learned in fewer steps. `unsure`: nor was it as sure of its answers as it would have become. */
export type TimeCut = 'shortened' | 'unsure';

export type FitResult =
  | {
      readonly kind: 'fitted';
      readonly classifier: Classifier;
      /** What the time took from it; nothing where absent. */
      readonly cut?: TimeCut | undefined;
    }
  | { readonly kind: 'insufficient-data'; readonly reason: string };

/** What a fit may be told besides its rows. While time does not run out, it changes no result. */
export interface FitOptions {
  /** Milliseconds left; a learner that works in passes asks between them and ends with its best. */
  readonly remaining?: (() => number) | undefined;
  /** Told the share of the fit that is done, 0..1. */
  readonly progress?: ((share: number) => void) | undefined;
}

/** One way to learn. `random` is a seeded source of uniform numbers in [0, 1). */
export interface Learner {
  readonly name: string;
  /** Rows of the rarer class below which `auto` does not try it; none where absent. */
  readonly fewest?: number;
  fit(set: TrainingSet, random: () => number, options?: FitOptions): FitResult | Promise<FitResult>;
  load(artefact: ClassifierArtefact): Classifier;
}
