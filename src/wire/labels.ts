import { z } from 'zod';

const MAX_LABELS = 64;

/** PostgreSQL holds no NUL in text, so none is taken. */
const storable = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

const unstorable = {
  message: 'holds a NUL or a broken UTF-16 pair',
  params: { code: 'bad-text' },
};

const plain = (most: number): z.ZodString =>
  z.string().min(1).max(most).refine(storable, unstorable);

/** Text that may be empty: a label's value, a matcher. */
export const anyText = z.string().max(2000).refine(storable, unstorable);

/** Label names and values, as Prometheus has them. */
export const labels = z
  .record(z.string().min(1).max(200), anyText)
  .refine((all) => Object.keys(all).every(storable), unstorable)
  .refine((all) => Object.keys(all).length <= MAX_LABELS, {
    message: `has more than ${MAX_LABELS} labels`,
    params: { code: 'out-of-range' },
  });

/** How many characters a natural key has at most. */
export const LONGEST_KEY = 300;

/** A natural key: what a source calls its own record. */
export const key = plain(LONGEST_KEY);

/** A short text for people. */
export const text = plain(2000);

/** A rate, weight or probability. */
export const share = z.number().min(0).max(1);

/** How deep a free object may nest: PostgreSQL and JavaScript read JSON by recursion. */
const MAX_DEPTH = 64;

function depthWithin(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return most > 0 && Object.values(value).every((member) => depthWithin(member, most - 1));
}

function holdsOnlyStorable(value: unknown): boolean {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(
    ([name, member]) => storable(name) && holdsOnlyStorable(member),
  );
}

/** Any JSON object that PostgreSQL can hold. */
export const freeObject = z
  .record(z.string(), z.unknown())
  .refine((value) => depthWithin(value, MAX_DEPTH), {
    message: `nests deeper than ${MAX_DEPTH} levels`,
    params: { code: 'too-deep' },
    abort: true,
  })
  .refine(holdsOnlyStorable, unstorable);
