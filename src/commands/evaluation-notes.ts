import type { FeatureTable } from '../core/features/feature-schema.js';
import type { InferredColumn } from '../core/features/schema-inference.js';

/** The rows that have a label. */
export interface LabelledRows {
  readonly labels: Uint8Array;
  readonly labelled: Uint32Array;
}

// By luck a column of so many rows to a value tells no label so often.
const ROWS_TO_A_VALUE = 10;
const FEWEST_OF_A_CLASS = 10;

/** Columns that tell the label of every row by themselves: more often than not they come from it. */
export function leakNotes(columns: readonly InferredColumn[], rows: LabelledRows): string[] {
  const { labels, labelled } = rows;
  const positives = labelled.reduce((sum, row) => sum + (labels[row] ?? 0), 0);
  if (Math.min(positives, labelled.length - positives) < FEWEST_OF_A_CLASS) return [];
  return columns.flatMap((column) => {
    const told = wayOfTelling(column, rows);
    if (told === null) return [];
    const { name } = column.feature;
    return [
      `Column ${name} tells the label of every row by ${told}: leave it out with --drop unless it is known before the label is.`,
    ];
  });
}

function wayOfTelling(column: InferredColumn, rows: LabelledRows): string | null {
  const { numeric, categorical } = column;
  const valueOf = (row: number): number | string | null => {
    const value = numeric?.[row] ?? categorical?.[row] ?? null;
    return Number.isNaN(value) ? null : value;
  };
  const most = rows.labelled.length / ROWS_TO_A_VALUE;
  if (tells(rows, valueOf, most)) return 'its value';
  if (tells(rows, (row) => valueOf(row) === null, 2)) return 'being empty or not';
  return numeric !== undefined && isParted(numeric, rows) ? 'being above a number or not' : null;
}

/** Whether all rows of one value have one label, and there are at most so many values. */
function tells(
  { labels, labelled }: LabelledRows,
  valueOf: (row: number) => unknown,
  most: number,
): boolean {
  const labelOf = new Map<unknown, number | undefined>();
  for (const row of labelled) {
    const value = valueOf(row);
    const label = labels[row];
    if (!labelOf.has(value)) labelOf.set(value, label);
    if (labelOf.get(value) !== label || labelOf.size > most) return false;
  }
  return true;
}

/** Whether all numbers of one class lie above all of the other's, none missing. */
function isParted(numbers: Float64Array, { labels, labelled }: LabelledRows): boolean {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const row of labelled) {
    const [label, number] = [labels[row] ?? 0, numbers[row] ?? Number.NaN];
    // Not known is NaN, and so are its bounds: they part nothing.
    low[label] = Math.min(low[label] ?? 0, number);
    high[label] = Math.max(high[label] ?? 0, number);
  }
  const isAbove = (one: number, other: number): boolean => (low[one] ?? 0) > (high[other] ?? 0);
  return isAbove(0, 1) || isAbove(1, 0);
}

/** What people should know of groups: rows that have none, and groups that a given split cuts. */
export function groupNotes(
  { group, split }: { readonly group?: string | undefined; readonly split?: string | undefined },
  sides: { readonly training: Groups; readonly test: Groups; readonly alone: number },
): string[] {
  if (group === undefined) return [];
  const trained = new Set(sides.training);
  const cut = [...new Set(sides.test)].filter((one) => trained.has(one)).length;
  const notes: string[] = [];
  if (sides.alone > 0) {
    notes.push(`${sides.alone} rows have no ${group}: each is a group of its own.`);
  }
  if (cut > 0) {
    const taken = `the column ${split ?? ''} was taken as it is`;
    notes.push(`${cut} groups of ${group} have rows that train and rows that test: ${taken}.`);
  }
  return notes;
}

type Groups = readonly string[] | undefined;

/** What the rows that test hold and those that train do not: nothing was learned of it. */
export function sideNotes(training: FeatureTable, test: FeatureTable): string[] {
  return training.schema.features.flatMap(({ name }) => {
    const [before, now] = [knownIn(training, name), knownIn(test, name)];
    if (before.length === 0 && now.length === 0) return [];
    if (now.length === 0) return [`Column ${name} is empty in every row that tests.`];
    if (before.length === 0) return [`Column ${name} is empty in every row that trains.`];
    if (!training.categorical.has(name)) return [];
    const seen = new Set(before);
    const unseen = now.filter((word) => !seen.has(word));
    // Words that hardly come back, as ids, are told of as such.
    const comeBack = seen.size <= before.length / 2;
    if (!comeBack || unseen.length < now.length / 2) return [];
    return [
      `Column ${name}: ${unseen.length} of the ${test.rows} rows that test hold words that no row that trains has, such as "${unseen[0] ?? ''}".`,
    ];
  });
}

function knownIn(table: FeatureTable, name: string): (string | number)[] {
  const numbers = table.numeric.get(name);
  if (numbers !== undefined) return [...numbers].filter((number) => !Number.isNaN(number));
  return (table.categorical.get(name) ?? []).filter((word) => word !== null);
}
