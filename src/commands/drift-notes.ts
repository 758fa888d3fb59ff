import { isMissing, parseNumber } from '../core/features/schema-inference.js';
import type { InferredColumn } from '../core/features/schema-inference.js';
import type { TextTable } from './read-table.js';

type Cells = readonly (string | null)[];

const SIDES = ['reference', 'current'] as const;

/** Both samples as text. */
export interface BothTables {
  readonly reference: TextTable;
  readonly current: TextTable;
}

const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** What of a column's cells was no number that can be compared. */
function unreadNotes(cells: Cells, columns: readonly InferredColumn[], side: string): string[] {
  return columns.flatMap(({ unreadable, feature: { name } }) => {
    if (unreadable === 0) return [];
    const infinite = cells.filter((cell) => INFINITE.test(cell?.trim() ?? '')).length;
    const those = infinite === 1 ? 'value counts' : 'values count';
    const rest = unreadable - infinite;
    const are = rest === 1 ? 'cell is no number and counts' : 'cells are no number and count';
    return [
      ...(infinite > 0
        ? [`Column ${name}: ${infinite} infinite ${those} as missing in the ${side} sample.`]
        : []),
      ...(rest > 0 ? [`Column ${name}: ${rest} ${are} as missing in the ${side} sample.`] : []),
    ];
  });
}

function sameNote(name: string, cells: Cells, side: string): string[] {
  const first = cells.find((cell) => !isMissing(cell));
  if (first === undefined) return [`Column ${name} is empty in the ${side} sample.`];
  // That is said of what is missing.
  if (INFINITE.test(first?.trim() ?? '')) return [];
  const isSame = cells.every((cell) => isMissing(cell) || cell === first);
  return isSame && cells.length > 1
    ? [`Column ${name} is always ${first} in the ${side} sample.`]
    : [];
}

/** What keeps a side from being compared with the other, whose cells are numbers: its first such cell. */
function turnedNote(name: string, { columns, where }: TextTable, side: string): string[] {
  const cells = columns.get(name) ?? [];
  const present = cells.filter((cell) => !isMissing(cell));
  const isNumber = (cell: string | null): boolean =>
    cell !== null && (parseNumber(cell) !== null || INFINITE.test(cell.trim()));
  const row = cells.findIndex((cell) => !isMissing(cell) && !isNumber(cell));
  if (row < 0) return [];
  const share = ((100 * present.filter(isNumber).length) / present.length).toFixed(0);
  const read = `Column ${name} was read as categories in the ${side} sample`;
  return [
    `${read}: ${share} % of its cells are numbers, but not "${cells[row] ?? ''}" in ${where(row)}.`,
  ];
}

/** What people should know of a column, its cells named where they stand in the way. */
export function driftNotes(
  name: string,
  tables: BothTables,
  read: Readonly<Record<keyof BothTables, readonly InferredColumn[]>>,
): string[] {
  const cellsOf = (side: keyof BothTables): Cells | undefined => tables[side].columns.get(name);
  const here = SIDES.flatMap((side) => {
    const cells = cellsOf(side);
    return cells === undefined ? [] : [{ side, cells }];
  });
  const areNumbers = (side: keyof BothTables): boolean =>
    read[side].some(({ kind }) => kind === 'numeric');
  const hasTurned = areNumbers('reference') !== areNumbers('current');
  const turned = hasTurned ? SIDES.filter((side) => !areNumbers(side)) : [];
  return [
    ...here.flatMap(({ side, cells }) => sameNote(name, cells, side)),
    ...here.flatMap(({ side, cells }) => unreadNotes(cells, read[side], side)),
    ...turned.flatMap((side) => turnedNote(name, tables[side], side)),
  ];
}
