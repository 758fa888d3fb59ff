/** What a column holds. Booleans are categorical with two values; times become clock features. */
export type FeatureKind = 'numeric' | 'categorical';

export interface Feature {
  readonly name: string;
  readonly kind: FeatureKind;
}

/** The features of a model, in the order in which it takes them. */
export interface FeatureSchema {
  readonly features: readonly Feature[];
}

/** A number, a category, or null where it is not known. */
export type FeatureValue = number | string | null;

/** One row, by feature name. */
export type FeatureRow = Readonly<Record<string, FeatureValue>>;

/** A table by column: `numeric` holds NaN, `categorical` null, where a value is not known. */
export interface FeatureTable {
  readonly schema: FeatureSchema;
  readonly rows: number;
  readonly numeric: ReadonlyMap<string, Float64Array>;
  readonly categorical: ReadonlyMap<string, readonly (string | null)[]>;
}
