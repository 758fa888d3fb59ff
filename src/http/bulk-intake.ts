import type { z } from 'zod';

import type { Instant } from '../core/telemetry/time.js';
import { receptionOf } from '../wire/received.js';
import type { BulkResult, FieldError, ItemError, Rejection } from '../wire/rejection.js';
import { checkItems } from '../wire/rejection.js';
import type { Caller } from './caller.js';

/** What came of storing one item. */
export type Fate = 'stored' | 'updated' | 'duplicate' | ItemError;

/** How one kind of record is taken in. */
export interface Intake<S extends z.ZodType> {
  readonly schema: S;
  readonly items: readonly unknown[];
  readonly caller: Caller;
  readonly now: Instant;
  /** The times of a body that must not lie after its reception. */
  readonly times: (body: z.output<S>) => Readonly<Record<string, Instant | undefined>>;
  readonly store: (body: z.output<S>, receivedAt: Instant) => Promise<Fate>;
}

/** Takes a bulk body item by item: a bad one is told by its index, the good ones are kept. */
export async function takeEach<S extends z.ZodType>(intake: Intake<S>): Promise<BulkResult> {
  const { valid, rejected } = checkItems(intake.schema, intake.items);
  const refused: Rejection[] = [...rejected];
  let [accepted, duplicates] = [0, 0];
  const rules = { now: intake.now, mayBackfill: intake.caller.scopes.has('backfill') };
  for (const { index, value } of valid) {
    const reception = receptionOf(receivedOf(value), intake.times(value), rules);
    const fate =
      'receivedAt' in reception ? await intake.store(value, reception.receivedAt) : reception;
    if (typeof fate === 'object') refused.push({ index, ...fate });
    else if (fate === 'duplicate') duplicates += 1;
    else accepted += 1;
  }
  return { accepted, duplicates, rejected: refused.sort((a, b) => a.index - b.index) };
}

function receivedOf(body: unknown): { receivedAt?: Instant | undefined } {
  if (typeof body !== 'object' || body === null || !('receivedAt' in body)) return {};
  return typeof body.receivedAt === 'number' ? { receivedAt: body.receivedAt } : {};
}

/** Refuses an item because the same key came with other content before. */
export const conflict = (pointer: string): FieldError => ({
  pointer,
  code: 'conflict',
  detail: 'the same key came with other content before',
});
