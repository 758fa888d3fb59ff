import { isMissing, parseNumber } from '../core/features/schema-inference.js';

/** The cells of a column, and where a row stands, for people. */
export interface NotedColumn {
  readonly name: string;
  readonly cells: readonly (string | null)[];
  readonly where: (row: number) => string;
}

// As the schema is inferred: a column of which this share is one kind is meant to be of it.
const NEARLY_ALL = 0.98;
const CURRENCY = /[$€£¥]|\b(?:USD|EUR|GBP|CHF|JPY)\b/i;
const SIGNS = /[$€£¥%]|\b(?:USD|EUR|GBP|CHF|JPY)\b/gi;
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d+(?:\.\d{3})*,\d+$/;
const WHOLE = /^[+-]?\d+$/;

/** Numbers that were read as words for what is written beside them: signs, and commas. */
export function dressedNumbersNote({ name, cells, where }: NotedColumn): string[] {
  const present = cells.filter((cell) => cell !== null).filter((cell) => !isMissing(cell));
  const plain = plainer(present);
  const numbers = present.filter((cell) => plain(cell) !== null).length;
  const row = cells.findIndex(
    (cell) => !isMissing(cell) && parseNumber(cell ?? '') === null && plain(cell ?? '') !== null,
  );
  if (row < 0 || numbers < NEARLY_ALL * present.length) return [];
  const cell = cells[row] ?? '';
  const example = `"${cell}" in ${where(row)}`;
  return [
    `Column ${name} was read as categories: it holds numbers with ${dressOf(cell)} (${example}); write ${plain(cell) ?? ''}.`,
  ];
}

/** How a number is written plainly; whether commas part thousands is for the whole column to say. */
function plainer(present: readonly string[]): (cell: string) => string | null {
  const commas = present.map(bare).filter((text) => text.includes(','));
  const grouped = commas.every((text) => THOUSANDS.test(text));
  return (cell) => {
    let text = bare(cell);
    if (grouped) text = text.replaceAll(',', '');
    else if (DECIMAL_COMMA.test(text)) text = text.replaceAll('.', '').replace(',', '.');
    return parseNumber(text) === null ? null : text;
  };
}

function bare(cell: string): string {
  return cell.replaceAll(SIGNS, '').trim();
}

function dressOf(cell: string): string {
  const dress: string[] = [];
  if (cell.includes('%')) dress.push('a percent sign');
  if (CURRENCY.test(cell)) dress.push('a currency');
  if (cell.includes(',')) {
    dress.push(THOUSANDS.test(bare(cell)) ? 'commas between thousands' : 'a decimal comma');
  }
  return dress.join(' and ');
}

/** Whole numbers so large that as doubles some of them are one: ids, as a rule. */
export function largeNumbersNote({ name, cells, where }: NotedColumn): string[] {
  const large = new Map<string, number>();
  let first: number | undefined;
  cells.forEach((cell, row) => {
    const text = cell?.trim() ?? '';
    if (!WHOLE.test(text) || Number.isSafeInteger(Number(text))) return;
    first ??= row;
    large.set(text, Number(text));
  });
  const values = new Set(large.values());
  if (first === undefined || values.size === large.size) return [];
  return [
    `Column ${name} holds whole numbers beyond 2^53 (first "${cells[first] ?? ''}" in ${where(first)}): as numbers ${large.size} of them are only ${values.size}; --categorical keeps them apart.`,
  ];
}
