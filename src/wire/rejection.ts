import type { z } from 'zod';

/** One thing wrong with one field: a stable code, a JSON pointer (RFC 6901) and words for people. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** What is wrong with one item: the first field, and the others that are wrong too. */
export interface ItemError extends FieldError {
  readonly also?: readonly FieldError[];
}

/** A refused item of a bulk body, by its index. */
export interface Rejection extends ItemError {
  readonly index: number;
}

/** The answer to a bulk intake. */
export interface BulkResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly Rejection[];
  /** Of a stream: how many more were refused. */
  readonly untold?: number;
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

const CODES: Partial<Record<z.core.$ZodIssue['code'], string>> = {
  invalid_type: 'wrong-type',
  too_big: 'out-of-range',
  too_small: 'out-of-range',
  invalid_value: 'invalid-value',
  invalid_union: 'invalid-value',
};

function codeOf(issue: z.core.$ZodIssue, missing: boolean): string {
  if (issue.code === 'custom') {
    return typeof issue.params?.['code'] === 'string' ? issue.params['code'] : 'invalid';
  }
  return missing ? 'required' : (CODES[issue.code] ?? 'invalid');
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** What zod found, as stable codes and pointers; one error for each unknown key. */
export function fieldErrors(
  error: z.ZodError,
  body: unknown,
  what: 'body' | 'query' = 'body',
): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((name) => ({
        pointer: pointerOf([...issue.path, name]),
        code: 'unknown-key',
        detail: `${name} is not a field of this ${what}`,
      }));
    }
    const missing = issue.path.length > 0 && valueAt(body, issue.path) === undefined;
    const detail = missing && issue.code !== 'custom' ? 'is missing' : issue.message;
    return [{ pointer: pointerOf(issue.path), code: codeOf(issue, missing), detail }];
  });
}

/** So many wrong fields of one item are told at most. */
export const MOST_TOLD = 20;

const NOT_READ: FieldError = { pointer: '', code: 'invalid', detail: 'cannot be read' };

function itemError(error: z.ZodError, item: unknown): ItemError {
  const [first = NOT_READ, ...also] = fieldErrors(error, item).slice(0, MOST_TOLD);
  return also.length === 0 ? first : { ...first, also };
}

export interface Checked<T> {
  readonly valid: { readonly index: number; readonly value: T }[];
  readonly rejected: Rejection[];
}

/**
 * Checks every item by itself: the good ones are kept, a bad one is told by its index and what is
 * wrong with it.
 *
 * @param fast reads what the schema would read, or null where the schema must say
 */
export function checkItems<S extends z.ZodType>(
  schema: S,
  items: readonly unknown[],
  fast: (item: unknown) => z.output<S> | null = () => null,
): Checked<z.output<S>> {
  const valid: { index: number; value: z.output<S> }[] = [];
  const rejected: Rejection[] = [];
  items.forEach((item, index) => {
    const value = fast(item);
    if (value !== null) {
      valid.push({ index, value });
      return;
    }
    const parsed = schema.safeParse(item);
    if (parsed.success) valid.push({ index, value: parsed.data });
    else rejected.push({ index, ...itemError(parsed.error, item) });
  });
  return { valid, rejected };
}
