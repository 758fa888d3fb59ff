import { DomainError } from '../core/errors/domain-error.js';
import { isMissing, parseNumber } from '../core/features/schema-inference.js';

/** 0/1 per row (0 where there is none), and the rows that have a label. */
export interface ReadLabels {
  readonly labels: Uint8Array;
  readonly labelled: Uint32Array;
}

const POSITIVE_WORDS = ['true', 'yes'];

/**
 * Reads labels: positive is 1, true or yes (any case), or the word that `positive` names; with it
 * everything else is negative, without it there may be only one other word.
 */
export function readLabels(
  column: readonly (string | null)[],
  { label, positive }: { readonly label: string; readonly positive?: string | undefined },
): ReadLabels {
  const words = column.map((cell) => (cell === null || isMissing(cell) ? null : cell.trim()));
  const distinct = new Set(words.filter((word) => word !== null));
  const isPositive = (word: string): boolean =>
    positive === undefined
      ? parseNumber(word) === 1 || POSITIVE_WORDS.includes(word.toLowerCase())
      : same(word, positive);
  const positives = [...distinct].filter(isPositive);
  if (positives.length === 0 || (positive === undefined && distinct.size - positives.length > 1)) {
    refuse(label, distinct, positive);
  }
  const labels = Uint8Array.from(words, (word) => (word !== null && isPositive(word) ? 1 : 0));
  const labelled = Uint32Array.from(words.keys()).filter((row) => words[row] !== null);
  return { labels, labelled };
}

function same(word: string, positive: string): boolean {
  const number = parseNumber(word);
  return word === positive || (number !== null && number === parseNumber(positive));
}

function refuse(label: string, distinct: Set<string>, positive: string | undefined): never {
  const shown = [...distinct].slice(0, 5).join(', ') + (distinct.size > 5 ? ', …' : '');
  const held = distinct.size === 0 ? 'nothing' : shown;
  const advice =
    positive === undefined
      ? 'the positive class is 1, true or yes, else name it with --positive'
      : `none of it is "${positive}"`;
  throw new DomainError('bad-label', `The column ${label} holds ${held}: ${advice}.`);
}
