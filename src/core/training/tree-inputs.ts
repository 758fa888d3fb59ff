import { DomainError } from '../errors/domain-error.js';
import type { FeatureTable } from '../features/feature-schema.js';
import { requireFeatures } from '../features/required-features.js';
import type { CategoryBins } from './boosting-bins.js';
import { CategoryBinLookup } from './category-bin-lookup.js';

/** A feature as trees take it: a number as it is, a category as its bin. */
export type TreeFeature = { readonly kind: 'numeric'; readonly name: string } | CategoryBins;

/** Which feature is written, of the rows from which on, and where to. */
interface Place {
  readonly first: number;
  readonly values: Float64Array;
  readonly f: number;
}

const NONE = new Float64Array();

/** Lays tables out for the walk, rows x width, row by row, features in the order of their names. */
export class TreeInputs {
  readonly width: number;
  private readonly lookups: readonly (CategoryBinLookup | null)[];

  constructor(private readonly features: readonly TreeFeature[]) {
    this.width = features.length;
    this.lookups = features.map((feature) =>
      feature.kind === 'numeric' ? null : new CategoryBinLookup(feature),
    );
  }

  /** Refuses, by name, a table that lacks a feature or brings another. */
  check(table: FeatureTable): void {
    requireFeatures({ features: this.features }, table);
  }

  /** Writes the rows from `first` on, as many as `values` has room for; NaN where not known. */
  fill(table: FeatureTable, first: number, values: Float64Array): void {
    for (let f = 0; f < this.width; f += 1) {
      const name = this.features[f]?.name ?? '';
      const lookup = this.lookups[f] ?? null;
      if (lookup === null) this.fillNumbers(table.numeric.get(name) ?? NONE, { first, values, f });
      else this.fillBins(lookup, table.categorical.get(name) ?? [], { first, values, f });
    }
  }

  /** Where each of these features stands in the table's own schema. */
  placesIn(table: FeatureTable): Int32Array {
    const places = new Map(table.schema.features.map(({ name }, place) => [name, place]));
    return Int32Array.from(this.features, ({ name }) => places.get(name) ?? 0);
  }

  private fillNumbers(column: Float64Array, { first, values, f }: Place): void {
    for (let at = f, row = first; at < values.length; at += this.width, row += 1) {
      values[at] = column[row] ?? Number.NaN;
    }
  }

  private fillBins(
    lookup: CategoryBinLookup,
    column: readonly (string | null)[],
    { first, values, f }: Place,
  ): void {
    for (let at = f, row = first; at < values.length; at += this.width, row += 1) {
      values[at] = lookup.binOf(column[row] ?? null);
    }
  }
}

/** Reads the features back from JSON; refuses what is not such (`bad-artefact`). */
export function parseTreeFeatures(value: unknown): TreeFeature[] {
  if (Array.isArray(value) && value.every(isTreeFeature)) return value;
  throw new DomainError('bad-artefact', 'These are not the features of a boosting model.');
}

function isTreeFeature(value: unknown): value is TreeFeature {
  if (typeof value !== 'object' || value === null) return false;
  const has = value as Partial<Record<string, unknown>>;
  if (typeof has['name'] !== 'string') return false;
  if (has['kind'] === 'numeric') return true;
  const flags = [has['other'], has['missing']];
  return (
    has['kind'] === 'categorical' &&
    flags.every((flag) => typeof flag === 'boolean') &&
    Array.isArray(has['categories']) &&
    has['categories'].every((category) => typeof category === 'string')
  );
}
