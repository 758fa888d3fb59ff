import { DomainError } from '../errors/domain-error.js';
import type { Feature, FeatureSchema } from './feature-schema.js';

/** Reads a feature schema back from JSON; refuses what is not one (`bad-artefact`). */
export function parseSchema(value: unknown): FeatureSchema {
  if (typeof value === 'object' && value !== null && 'features' in value) {
    const { features } = value;
    if (Array.isArray(features) && features.every(isFeature)) return { features };
  }
  throw new DomainError('bad-artefact', 'This is not a feature schema.');
}

function isFeature(value: unknown): value is Feature {
  if (typeof value !== 'object' || value === null) return false;
  if (!('name' in value) || !('kind' in value) || typeof value.name !== 'string') return false;
  return value.kind === 'numeric' || value.kind === 'categorical';
}
