import { parseMoment, parseNumber } from '../core/features/schema-inference.js';
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

const OBJECT = /^(?:\[.*\]|\{.*\})$/s;
const TIME_OF_DAY = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?$/i;

/** What a column of words may have been meant to hold. */
const MEANT = [
  { they: 'numbers', parse: parseNumber },
  { they: 'times', parse: parseMoment },
] as const;

// So many numbers, and of such a share of the words, are no codes among names.
const MANY = 10;
const MOSTLY = 0.9;

// As the schema is inferred: a column of which this share is one kind is meant to be of it.
const NEARLY_ALL = 0.98;

const SHAPES = [
  {
    pattern: OTHER_DATE,
    said: 'looks like dates that are not ISO 8601: they were read as categories',
  },
  {
    pattern: TIME_OF_DAY,
    said: 'looks like times of the day: they were read as categories; as numbers of hours they have an order',
  },
  { pattern: OBJECT, said: 'holds lists or objects: each was read as one word' },
] as const;

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
    ...columns.flatMap((column) => unreadableNote(column, table, columns)),
    ...columns.flatMap((column) => valuesNote(column, table)),
    ...guessed.flatMap((column) => nearlyNote(column, table)),
    ...columns.flatMap((column) => wordsNote(column)),
    ...clockNote(columns),
  ];
}

/** One note for all that a column was read as. */
function unreadableNote(
  { column, feature, unreadable, firstUnreadable }: InferredColumn,
  { columns, where }: TextTable,
  features: readonly InferredColumn[],
): string[] {
  const first = features.find((other) => other.column === column);
  if (firstUnreadable === undefined || first?.feature !== feature) return [];
  const place = `${where(firstUnreadable)}, column ${column}`;
  const cell = columns.get(column)?.[firstUnreadable] ?? '';
  return [
    `${unreadable} unreadable or infinite cells count as missing: first "${cell}" in ${place}.`,
  ];
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

/** Numbers with signs and commas, or numbers and times with too many words among them. */
function nearlyNote(column: InferredColumn, { where }: TextTable): string[] {
  const { categorical, kind } = column;
  if (categorical === undefined || kind !== 'categorical') return [];
  const { name } = column.feature;
  const dressed = dressedNumbersNote({ name, cells: categorical, where });
  if (dressed.length > 0) return dressed;
  for (const { they, parse } of MEANT) {
    const isOne = (cell: string | null): boolean => cell !== null && parse(cell) !== null;
    const present = categorical.filter((cell) => cell !== null);
    const share = present.filter(isOne).length / present.length;
    if (!(share > 1 / 2) && !isMostOfWords(new Set(present), isOne)) continue;
    const row = categorical.findIndex((cell) => cell !== null && !isOne(cell));
    const seen = `${(100 * share).toFixed(0)} % of its cells are ${they}`;
    const stray = `but not "${categorical[row] ?? ''}" in ${where(row)}`;
    return [
      `Column ${name} was read as categories: ${seen}, ${stray}; empty cells are missing ${they}.`,
    ];
  }
  return [];
}

/** One word such as "none" may stand in most rows of a column of numbers. */
function isMostOfWords(words: ReadonlySet<string>, isOne: (word: string) => boolean): boolean {
  const count = [...words].filter(isOne).length;
  return count > MANY && count >= MOSTLY * words.size;
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
  const shape = SHAPES.find(({ pattern }) => isShapeOf(words, pattern));
  if (shape !== undefined) return shape.said;
  if (words.length > FEW && repeats.every((count) => count === 1)) {
    return 'holds another word in every row: it can say nothing of new rows';
  }
  if (words.length <= CROWDED) return null;
  const rare = repeats.filter((count) => count < FEW).length;
  return `holds ${words.length} words, ${rare} of them in fewer than ${FEW} rows: rare ones are taken together`;
}

function isShapeOf(words: readonly string[], pattern: RegExp): boolean {
  const fitting = words.filter((word) => pattern.test(word)).length;
  return fitting > 0 && fitting >= NEARLY_ALL * words.length;
}

function clockNote(columns: readonly InferredColumn[]): string[] {
  const names = columns.filter(({ kind }) => kind === 'time').map(({ feature }) => feature.name);
  if (names.length === 0) return [];
  return [
    `Times were read as what the clock says, UTC: ${names.join(', ')}; how late a row is was left out.`,
  ];
}
