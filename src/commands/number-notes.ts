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
// Spaces (a thin or unbreakable one too) and apostrophes, as in much of Europe.
const GAPS = /^[+-]?\d{1,3}(?:[ '’\u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?$/;
const GAP = /[ '’\u00a0\u2009\u202f]/g;
const UNIT = /^[^a-zµ°]*\d *([a-zµ°]+)$/i;
// As typesetters and bookkeepers write what is below zero.
const OTHER_MINUS = /^[\u2212\u2013](?=\d)/;
const BRACKETED = /^\(([^()]+)\)$/;
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d+(?:\.\d{3})*,\d+$/;
const WHOLE = /^[+-]?\d+$/;

/** Numbers that were read as words for what is written beside them: signs, units, and commas. */
export function dressedNumbersNote({ name, cells, where }: NotedColumn): string[] {
  const present = cells.filter((cell) => cell !== null).filter((cell) => !isMissing(cell));
  const unit = unitOf(present);
  const plain = plainer(present, unit);
  const numbers = present.filter((cell) => plain(cell) !== null).length;
  const row = cells.findIndex(
    (cell) => !isMissing(cell) && parseNumber(cell ?? '') === null && plain(cell ?? '') !== null,
  );
  if (row < 0 || numbers < NEARLY_ALL * present.length) return [];
  const cell = cells[row] ?? '';
  const example = `"${cell}" in ${where(row)}`;
  return [
    `Column ${name} was read as categories: it holds numbers with ${dressOf(cell, unit)} (${example}); write ${plain(cell) ?? ''}.`,
  ];
}

/** What stands behind the number in nearly every cell: "kg" of "5 kg". */
function unitOf(present: readonly string[]): string | null {
  const behind = (cell: string): string | null => UNIT.exec(cell.trim())?.[1] ?? null;
  const first = present.map(behind).find((unit) => unit !== null && !CURRENCY.test(unit)) ?? null;
  const count = present.filter((cell) => behind(cell) === first).length;
  return count >= NEARLY_ALL * present.length ? first : null;
}

/** How a number is written plainly; whether commas part thousands is for the whole column to say. */
function plainer(present: readonly string[], unit: string | null): (cell: string) => string | null {
  const commas = present.map((cell) => bare(cell, unit)).filter((text) => text.includes(','));
  const grouped = commas.every((text) => THOUSANDS.test(text));
  return (cell) => {
    let text = bare(cell, unit);
    if (GAPS.test(text)) text = text.replaceAll(GAP, '');
    if (grouped) text = text.replaceAll(',', '');
    else if (DECIMAL_COMMA.test(text)) text = text.replaceAll('.', '').replace(',', '.');
    return parseNumber(text) === null ? null : text;
  };
}

/** Without signs and the unit, below zero by a hyphen. */
function bare(cell: string, unit: string | null): string {
  const text = cell.replaceAll(SIGNS, '').trim();
  const alone = unit !== null && text.endsWith(unit) ? text.slice(0, -unit.length).trim() : text;
  return alone.replace(OTHER_MINUS, '-').replace(BRACKETED, '-$1');
}

function dressOf(cell: string, unit: string | null): string {
  const text = bare(cell, unit);
  const dress = [
    cell.includes('%') ? 'a percent sign' : '',
    CURRENCY.test(cell) ? 'a currency' : '',
    OTHER_MINUS.test(cell.trim()) ? 'a minus sign that is no hyphen' : '',
    BRACKETED.test(cell.trim()) ? 'brackets for a minus sign' : '',
    unit === null ? '' : `the unit "${unit}"`,
    GAPS.test(text) ? 'gaps between thousands' : '',
    text.includes(',') ? commaOf(text) : '',
  ];
  return dress.filter((one) => one !== '').join(' and ');
}

function commaOf(text: string): string {
  return THOUSANDS.test(text) ? 'commas between thousands' : 'a decimal comma';
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
