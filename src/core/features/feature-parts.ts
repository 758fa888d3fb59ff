import { CategoryLookup } from './category-lookup.js';
import type { AdditiveTerms, NumericTerm } from './additive-terms.js';
import type { FeatureTable } from './feature-schema.js';

/** Which part of each feature a row falls into: a bin of a number, a category, or none (-1). */
export interface FeatureParts {
  readonly count: number;
  partsOf(table: FeatureTable): Int32Array;
}

/** The parts of every feature of the terms, by name. */
export function featureParts(terms: AdditiveTerms): ReadonlyMap<string, FeatureParts> {
  const parts = new Map<string, FeatureParts>();
  for (const term of terms.numeric) parts.set(term.name, numericParts(term));
  for (const encoding of terms.categorical) {
    const lookup = new CategoryLookup(encoding, 0);
    parts.set(encoding.name, {
      count: lookup.width,
      partsOf: (table) =>
        Int32Array.from(table.categorical.get(lookup.name) ?? [], (cell) => lookup.codeOf(cell)),
    });
  }
  return parts;
}

function numericParts(term: NumericTerm): FeatureParts {
  const { name, cuts } = term;
  return {
    count: cuts.length + (term.missing ? 2 : 1),
    partsOf: (table) =>
      Int32Array.from(table.numeric.get(name) ?? [], (value) => partOf(term, value)),
  };
}

/** The number of cuts at or below a value; one more for a value that is not known. */
export function partOf({ cuts, missing }: NumericTerm, value: number): number {
  if (Number.isNaN(value)) return missing ? cuts.length + 1 : -1;
  let part = 0;
  while (part < cuts.length && value >= (cuts[part] ?? 0)) part += 1;
  return part;
}
