import type { ImportKind } from './import-kinds.js';
import { fieldType, splitField } from './import-kinds.js';
import { readValue } from './import-value.js';

/** How the columns of a file become the fields of a body. */
export interface Mapping {
  /** Column by field. */
  readonly columns: ReadonlyMap<string, string>;
  /** Text by field, the same for every row. */
  readonly constants: ReadonlyMap<string, string>;
}

/** A flag that cannot be meant as it was written. */
export class MappingError extends Error {}

function pairs(kind: ImportKind, flag: string, texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const equals = text.indexOf('=');
      const field = text.slice(0, Math.max(equals, 0));
      if (equals < 1) throw new MappingError(`${flag} ${text}: expected field=value`);
      if (fieldType(kind, field) === undefined) {
        const known = Object.keys(kind.fields).join(', ');
        throw new MappingError(`${flag} ${text}: no field ${field}; there are ${known}`);
      }
      return [field, text.slice(equals + 1)];
    }),
  );
}

/** Reads `--map field=column` and `--set field=value`. @throws MappingError */
export function readMapping(
  kind: ImportKind,
  flags: { map: readonly string[]; set: readonly string[] },
): Mapping {
  return {
    columns: pairs(kind, '--map', flags.map),
    constants: pairs(kind, '--set', flags.set),
  };
}

/** Which column each field is read from: the mapped ones, then columns that bear a field's name. */
export function columnsByField(
  kind: ImportKind,
  mapping: Mapping,
  columns: readonly string[],
): Map<string, string> {
  const used = new Set(mapping.columns.values());
  const named = columns.filter(
    (column) =>
      !used.has(column) &&
      !mapping.columns.has(column) &&
      !mapping.constants.has(column) &&
      fieldType(kind, column) !== undefined,
  );
  return new Map([...named.map((column) => [column, column] as const), ...mapping.columns]);
}

function put(body: Record<string, unknown>, field: string, value: unknown): void {
  const [head, rest] = splitField(field);
  const before = body[head];
  if (rest === undefined) body[head] = value;
  else body[head] = { ...(typeof before === 'object' ? before : {}), [rest]: value };
}

/** A row's cell; in documents `user.id` reaches into the object `user`. */
function cellOf(row: Readonly<Record<string, unknown>>, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  let value: unknown = row;
  for (const part of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

/** Makes a kind's body of a row: the given columns, then the constants, each in its field's type. */
export function bodyMaker(
  kind: ImportKind,
  mapping: Mapping,
  byField: ReadonlyMap<string, string>,
): (row: Readonly<Record<string, unknown>>) => Record<string, unknown> {
  const sources = [...byField].map(
    ([field, column]) => [field, column, fieldType(kind, field) ?? 'text'] as const,
  );
  const constants = [...mapping.constants].map(
    ([field, text]) => [field, readValue(text, fieldType(kind, field) ?? 'text')] as const,
  );
  return (row) => {
    const body: Record<string, unknown> = {};
    for (const [field, column, type] of sources) {
      const value = readValue(cellOf(row, column), type);
      if (value !== undefined) put(body, field, value);
    }
    for (const [field, value] of constants) put(body, field, value);
    return body;
  };
}

/**
 * Makes a kind's body of a document. Without columns mapped the document is taken to be a body
 * already: keys that no field bears are kept, so that the service refuses them by name.
 */
export function documentBody(
  kind: ImportKind,
  mapping: Mapping,
  document: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const byField = columnsByField(kind, mapping, Object.keys(document));
  const body = bodyMaker(kind, mapping, byField)(document);
  if (mapping.columns.size > 0) return body;
  for (const [name, value] of Object.entries(document)) {
    if (fieldType(kind, name) === undefined) body[name] = value;
  }
  return body;
}
