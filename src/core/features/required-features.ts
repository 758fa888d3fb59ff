import { DomainError } from '../errors/domain-error.js';
import type { FeatureSchema, FeatureTable } from './feature-schema.js';

/** The names of a schema, which never change: a model asks for them with every row. */
const NAMES = new WeakMap<FeatureSchema['features'], ReadonlySet<string>>();

function namesOf({ features }: FeatureSchema): ReadonlySet<string> {
  const known = NAMES.get(features) ?? new Set(features.map(({ name }) => name));
  NAMES.set(features, known);
  return known;
}

/**
 * Refuses, by name, a table that lacks a feature of the schema, holds it as another kind
 * (`missing-feature`), or brings one that the schema does not know (`unknown-feature`).
 */
export function requireFeatures(schema: FeatureSchema, table: FeatureTable): void {
  for (const { name, kind } of schema.features) {
    const columns = kind === 'numeric' ? table.numeric : table.categorical;
    if (!columns.has(name)) {
      throw new DomainError('missing-feature', `The table lacks the ${kind} feature "${name}".`);
    }
  }
  const known = namesOf(schema);
  for (const { name } of table.schema.features) {
    if (!known.has(name)) {
      throw new DomainError('unknown-feature', `The model does not know the feature "${name}".`);
    }
  }
}
