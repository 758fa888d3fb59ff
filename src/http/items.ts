import type { FastifyReply } from 'fastify';

import { Problem } from '../core/errors/problem.js';
import type { BulkResult } from '../wire/rejection.js';

/** A bulk body's items: a JSON array, or one object by itself. */
export function itemsOf(body: unknown, most: number): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (typeof body !== 'object' || body === null) {
    throw new Problem(422, 'invalid-body', 'the body is neither an array nor an object');
  }
  if (items.length === 0) throw new Problem(422, 'empty-body', 'the array holds no item');
  if (items.length > most) {
    throw new Problem(
      422,
      'too-many-items',
      `the array holds ${items.length} items, at most ${most} are taken at once`,
    );
  }
  return items;
}

/** Sets the status of an answer item by item: 200 when all were taken, 207 when some were, 422 when none was. */
export function bulkStatus(reply: FastifyReply, taken: number, refused: number): void {
  const some = taken === 0 ? 422 : 207;
  void reply.status(refused === 0 ? 200 : some);
}

/** A bulk answer, its status set. */
export function bulkAnswer(reply: FastifyReply, result: BulkResult): BulkResult {
  bulkStatus(reply, result.accepted + result.duplicates, result.rejected.length);
  return result;
}
