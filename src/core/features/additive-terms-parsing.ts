import { DomainError } from '../errors/domain-error.js';
import type { AdditiveTerms } from './additive-terms.js';

type Fields = Partial<Record<string, unknown>>;

/** Reads the terms of an additive model back from JSON; refuses what is not such (`bad-artefact`). */
export function parseTerms(value: unknown): AdditiveTerms {
  if (isTerms(value)) return value;
  throw new DomainError('bad-artefact', 'These are not the terms of an additive model.');
}

function isTerms(value: unknown): value is AdditiveTerms {
  if (!isObject(value)) return false;
  const { numeric, categorical, pairs } = value;
  return (
    isArrayOf(numeric, isNumericTerm) &&
    isArrayOf(categorical, isCategoricalEncoding) &&
    isArrayOf(pairs, isPairTerm)
  );
}

function isNumericTerm(term: Fields): boolean {
  const figures = [term['median'], term['scale'], term['mean'], term['deviation']];
  return (
    typeof term['name'] === 'string' &&
    typeof term['missing'] === 'boolean' &&
    figures.every((figure) => typeof figure === 'number') &&
    isListOf(term['edges'], 'number') &&
    isListOf(term['cuts'], 'number')
  );
}

function isCategoricalEncoding(term: Fields): boolean {
  const flags = [term['rare'], term['missing']];
  return (
    typeof term['name'] === 'string' &&
    flags.every((flag) => typeof flag === 'boolean') &&
    isListOf(term['categories'], 'string')
  );
}

function isPairTerm(term: Fields): boolean {
  const names = [term['first'], term['second']];
  return names.every((name) => typeof name === 'string') && isListOf(term['crossings'], 'number');
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isArrayOf(value: unknown, test: (item: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((item: unknown) => isObject(item) && test(item));
}

function isListOf(value: unknown, type: 'number' | 'string'): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}
