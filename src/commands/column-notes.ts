import { isMissing, parseNumber } from '../core/features/schema-inference.js';
import type { InferredColumn } from '../core/features/schema-inference.js';
import { dressedNumbersNote, largeNumbersNote } from './number-notes.js';
import type { TextTable } from './read-table.js';

// As the logistic learner has it: rarer words share one effect.
const FEW = 5;
const CROWDED = 1000;
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const OTHER_DATE = new RegExp(
  [
    String.raw`^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b`,
    String.raw`^\d{1,4}[ ./-]*${MONTH}[ ,./-]*\d{1,4}\b`,
    String.raw`^${MONTH} *\d{1,2}(?:st|nd|rd|th)?[ ,]+\d{2,4}\b`,
  ].join('|'),
  'i',
);

// As the schema is inferred: a column of which this share is one kind is meant to be of it.
const NEARLY_ALL = 0.98;

/**
 * What people should know of the columns that are learned from, one sentence each.
 *
 * @param meant columns that were said to be categories: of these numbers are no surprise.
 */
export function columnNotes(
  columns: readonly InferredColumn[],
  table: TextTable,
  meant: readonly string[] = [],
): string[] {
  const guessed = columns.filter(({ feature }) => !meant.includes(feature.name));
  return [
    ...columns.flatMap((column) => unreadableNote(column, table)),
    ...columns.flatMap((column) => valuesNote(column, table)),
    ...guessed.flatMap((column) => nearlyNumbersNote(column, table)),
    ...columns.flatMap((column) => wordsNote(column)),
    ...clockNote(columns),
  ];
}

function unreadableNote(
  { feature, unreadable, firstUnreadable }: InferredColumn,
  { columns, where }: TextTable,
): string[] {
  if (firstUnreadable === undefined) return [];
  const cell = columns.get(feature.name)?.[firstUnreadable];
  const held = typeof cell === 'string' ? ` "${cell}"` : '';
  const place = `${where(firstUnreadable)}, column ${feature.name}`;
  return [`${unreadable} unreadable or infinite cells count as missing: first${held} in ${place}.`];
}

/** Numbers that collapse are not the same in the file. */
function valuesNote(column: InferredColumn, { columns, where }: TextTable): string[] {
  const { name } = column.feature;
  const cells = column.kind === 'numeric' ? (columns.get(name) ?? []) : [];
  const large = largeNumbersNote({ name, cells, where });
  return large.length > 0 ? large : sameNote(column);
}

function sameNote(column: InferredColumn): string[] {
  const { name } = column.feature;
  const values: Iterable<number | string | null> = column.numeric ?? column.categorical ?? [];
  const distinct = new Set<number | string | null>();
  for (const value of values) {
    distinct.add(value);
    if (distinct.size > 1) return [];
  }
  const [only = null] = distinct;
  const held = only === null || Number.isNaN(only) ? 'is empty in every row' : `is always ${only}`;
  return [`Column ${name} ${held}: it can say nothing.`];
}

/** Numbers with signs and commas, or with too many words among them, were read as words. */
function nearlyNumbersNote(
  { feature, categorical, kind }: InferredColumn,
  { where }: TextTable,
): string[] {
  if (categorical === undefined || kind !== 'categorical') return [];
  const { name } = feature;
  const dressed = dressedNumbersNote({ name, cells: categorical, where });
  if (dressed.length > 0) return dressed;
  const present = categorical.filter((cell) => cell !== null);
  const isNumber = (cell: string): boolean => parseNumber(cell) !== null;
  const numbers = present.filter(isNumber).length;
  if (numbers <= present.length / 2) return [];
  const row = categorical.findIndex((cell) => !isMissing(cell) && !isNumber(cell ?? ''));
  const share = ((100 * numbers) / present.length).toFixed(0);
  return [
    `Column ${name} was read as categories: ${share} % of its cells are numbers, but not "${categorical[row] ?? ''}" in ${where(row)}; empty cells are missing numbers.`,
  ];
}

function wordsNote({ feature, categorical, kind }: InferredColumn): string[] {
  if (categorical === undefined || kind !== 'categorical') return [];
  const counts = new Map<string, number>();
  for (const word of categorical) {
    if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const said = aboutWords(counts);
  return said === null ? [] : [`Column ${feature.name} ${said}.`];
}

function aboutWords(counts: ReadonlyMap<string, number>): string | null {
  const words = [...counts.keys()];
  const repeats = [...counts.values()];
  const dates = words.filter((word) => OTHER_DATE.test(word)).length;
  if (dates > 0 && dates >= NEARLY_ALL * words.length) {
    return 'looks like dates that are not ISO 8601: they were read as categories';
  }
  if (words.length > FEW && repeats.every((count) => count === 1)) {
    return 'holds another word in every row: it can say nothing of new rows';
  }
  if (words.length <= CROWDED) return null;
  const rare = repeats.filter((count) => count < FEW).length;
  return `holds ${words.length} words, ${rare} of them in fewer than ${FEW} rows: rare ones are taken together`;
}

function clockNote(columns: readonly InferredColumn[]): string[] {
  const names = columns.filter(({ kind }) => kind === 'time').map(({ feature }) => feature.name);
  if (names.length === 0) return [];
  return [
    `Times were read as what the clock says, UTC: ${names.join(', ')}; how late a row is was left out.`,
  ];
}
