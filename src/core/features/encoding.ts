import { DomainError } from '../errors/domain-error.js';
import { CategoryLookup } from './category-lookup.js';
import type { FeatureSchema, FeatureTable } from './feature-schema.js';
import { fitCategorical, fitNumeric } from './fitted-encoding.js';
import type { FeatureEncoding, NumericEncoding } from './fitted-encoding.js';
import { requireFeatures } from './required-features.js';

/** A fitted encoder as JSON-safe data, feature by feature in schema order. */
export interface EncoderParameters {
  readonly features: readonly FeatureEncoding[];
}

/**
 * An encoded table. Its columns are the numeric block, then one column per category; since a row
 * has at most one category of each feature, categories are kept as the number of their column.
 */
export interface EncodedTable {
  readonly rows: number;
  readonly width: number;
  readonly numericWidth: number;
  /** rows x numericWidth, row by row. */
  readonly numeric: Float64Array;
  readonly codeWidth: number;
  /** rows x codeWidth (one per categorical feature): the column that is 1, or -1 for none. */
  readonly codes: Int32Array;
}

/** Turns feature tables into numbers as it learned from one table. */
export class FeatureEncoder {
  readonly schema: FeatureSchema;
  /** Columns of the dense matrix. */
  readonly width: number;
  readonly numericWidth: number;
  /** For each column, the number (in schema order) of the feature that it stems from. */
  readonly sources: Int32Array;
  private readonly lookups: readonly CategoryLookup[];

  constructor(readonly parameters: EncoderParameters) {
    const { features } = parameters;
    this.schema = { features: features.map(({ name, kind }) => ({ name, kind })) };
    const numeric = features.flatMap((feature, source) =>
      feature.kind === 'numeric' ? new Array<number>(feature.missing ? 2 : 1).fill(source) : [],
    );
    this.numericWidth = numeric.length;
    let offset = this.numericWidth;
    const lookups: CategoryLookup[] = [];
    const sources = [...numeric];
    features.forEach((feature, source) => {
      if (feature.kind === 'numeric') return;
      const lookup = new CategoryLookup(feature, offset);
      lookups.push(lookup);
      offset += lookup.width;
      sources.push(...new Array<number>(lookup.width).fill(source));
    });
    this.lookups = lookups;
    this.width = offset;
    this.sources = Int32Array.from(sources);
  }

  /**
   * Learns medians, scales and categories from a table. Weights count as repeats of a row, rows
   * without weight teach nothing; each row counts once where absent.
   */
  static fit(table: FeatureTable, weights?: Float64Array): FeatureEncoder {
    requireFeatures(table.schema, table);
    const counts = weights ?? new Float64Array(table.rows).fill(1);
    return new FeatureEncoder({
      features: table.schema.features.map(({ name, kind }) =>
        kind === 'numeric'
          ? fitNumeric(name, table.numeric.get(name) ?? new Float64Array(), counts)
          : fitCategorical({ name, cells: table.categorical.get(name) ?? [] }, counts),
      ),
    });
  }

  /** Encodes by feature name, whatever the order of the table; refuses absent and unknown features. */
  encode(table: FeatureTable): EncodedTable {
    requireFeatures(this.schema, table);
    const { rows } = table;
    const { numericWidth, width } = this;
    const numeric = new Float64Array(rows * numericWidth);
    let at = 0;
    for (const feature of this.parameters.features) {
      if (feature.kind !== 'numeric') continue;
      const column = table.numeric.get(feature.name) ?? new Float64Array();
      encodeNumeric(feature, column, { numeric, at, stride: numericWidth });
      at += feature.missing ? 2 : 1;
    }
    const codeWidth = this.lookups.length;
    const codes = new Int32Array(rows * codeWidth);
    this.lookups.forEach((lookup, which) => {
      const column = table.categorical.get(lookup.name) ?? [];
      for (let row = 0; row < rows; row += 1) {
        codes[row * codeWidth + which] = lookup.codeOf(column[row] ?? null);
      }
    });
    return { rows, width, numericWidth, numeric, codeWidth, codes };
  }

  /** Encodes to the dense matrix, rows x width, row by row. */
  encodeDense(table: FeatureTable): Float64Array {
    return denseRows(this.encode(table));
  }
}

/** Writes an encoded table out as a dense matrix, rows x width, row by row. */
export function denseRows(encoded: EncodedTable): Float64Array {
  const { rows, width, numeric, numericWidth, codes, codeWidth } = encoded;
  const dense = new Float64Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const from = row * numericWidth;
    dense.set(numeric.subarray(from, from + numericWidth), row * width);
    for (let which = 0; which < codeWidth; which += 1) {
      const column = codes[row * codeWidth + which] ?? -1;
      if (column >= 0) dense[row * width + column] = 1;
    }
  }
  return dense;
}

function encodeNumeric(
  encoding: NumericEncoding,
  column: Float64Array,
  target: { readonly numeric: Float64Array; readonly at: number; readonly stride: number },
): void {
  const { median, mean, deviation, missing } = encoding;
  const { numeric, at, stride } = target;
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? Number.NaN;
    const known = !Number.isNaN(value);
    numeric[row * stride + at] = ((known ? value : median) - mean) / deviation;
    if (missing && !known) numeric[row * stride + at + 1] = 1;
  }
}

/** Reads encoder parameters back from JSON; refuses what is not such (`bad-artefact`). */
export function parseEncoderParameters(value: unknown): EncoderParameters {
  if (isEncoderParameters(value)) return value;
  throw new DomainError('bad-artefact', 'These are not the parameters of a feature encoder.');
}

function isEncoderParameters(value: unknown): value is EncoderParameters {
  if (typeof value !== 'object' || value === null || !('features' in value)) return false;
  return Array.isArray(value.features) && value.features.every(isFeatureEncoding);
}

function isFeatureEncoding(value: unknown): value is FeatureEncoding {
  if (typeof value !== 'object' || value === null) return false;
  const has = value as Partial<Record<string, unknown>>;
  if (typeof has['name'] !== 'string' || typeof has['missing'] !== 'boolean') return false;
  if (has['kind'] === 'categorical') {
    const { categories } = has;
    return Array.isArray(categories) && categories.every((c) => typeof c === 'string');
  }
  const figures = [has['median'], has['mean'], has['deviation']];
  return has['kind'] === 'numeric' && figures.every((figure) => typeof figure === 'number');
}
