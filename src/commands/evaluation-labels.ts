import { DomainError } from '../core/errors/domain-error.js';
import { isMissing, parseNumber } from '../core/features/schema-inference.js';

/** 0/1 per row (0 where there is none), and the rows that have a label. */
export interface ReadLabels {
  readonly labels: Uint8Array;
  readonly labelled: Uint32Array;
}

/** Which column holds labels, which word is positive, and where a row stands, for people. */
export interface LabelReading {
  readonly label: string;
  readonly positive?: string | undefined;
  readonly where: (row: number) => string;
}

const POSITIVE_WORDS = ['1', 'true', 'yes'];

/**
 * Reads labels: positive is 1, true or yes, or the word that `positive` names; with it everything
 * else is negative, without it there may be only one other word. Case and the way in which a number
 * is written (1, 1.0) make no other word.
 */
export function readLabels(column: readonly (string | null)[], how: LabelReading): ReadLabels {
  const { positive } = how;
  const words = column.map((cell) => (cell === null || isMissing(cell) ? null : meant(cell)));
  const distinct = new Map<string, string>();
  words.forEach((word, row) => {
    if (word !== null && !distinct.has(word)) distinct.set(word, column[row]?.trim() ?? '');
  });
  const wanted = positive === undefined ? POSITIVE_WORDS : [meant(positive)];
  const positives = [...distinct.keys()].filter((word) => wanted.includes(word)).length;
  const negatives = distinct.size - positives;
  if (positives === 0 || negatives === 0 || (positive === undefined && negatives > 1)) {
    refuse(how, words, { distinct, positives });
  }
  const labels = Uint8Array.from(words, (word) => (word !== null && wanted.includes(word) ? 1 : 0));
  const labelled = Uint32Array.from(words.keys()).filter((row) => words[row] !== null);
  return { labels, labelled };
}

/** A word as it is compared with others. */
function meant(word: string): string {
  return String(parseNumber(word) ?? word.trim().toLowerCase());
}

function refuse(
  { label, positive, where }: LabelReading,
  words: readonly (string | null)[],
  { distinct, positives }: { distinct: ReadonlyMap<string, string>; positives: number },
): never {
  const [one = '', , third] = distinct.keys();
  const shown = [...distinct.values()].slice(0, 5).join(', ') + (distinct.size > 5 ? ', …' : '');
  const say = (text: string): never => {
    throw new DomainError('bad-label', `The column ${label} holds ${text}.`);
  };
  if (distinct.size === 0) return say('nothing: no row has a label');
  if (positive !== undefined && positives === 0) {
    return say(`${shown}: none of it is "${positive}"`);
  }
  const alone = 'with one class there is nothing to tell apart';
  if (distinct.size === 1) return say(`${distinct.get(one) ?? ''} in every row: ${alone}`);
  if (positives === distinct.size) return say(`${shown}, all of it positive: ${alone}`);
  const advice = 'the positive class is 1, true or yes, else name it with --positive';
  if (third === undefined) return say(`${shown}: ${advice}`);
  const place = where(words.indexOf(third));
  return say(
    `${distinct.size} values (${shown}), the third first in ${place}, where two are wanted: ${advice}; all others then count as negative`,
  );
}
