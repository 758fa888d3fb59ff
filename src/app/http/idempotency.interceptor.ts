import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { createHash } from 'node:crypto';
import type { Observable } from 'rxjs';
import { catchError, concatMap, from, of } from 'rxjs';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import type { KnownRequest } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { canonical } from '../../storage/content-key.js';
import { LONGEST_KEY } from '../../wire/labels.js';
import { claimKey, keepAnswer, releaseKey } from '../../storage/idempotency.store.js';

/** `Idempotency-Key` on mutations: same key and body, stored answer; other body, 422; in flight, 409. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<KnownRequest>();
    const header = keyOf(request);
    if (header === null) return next.handle();
    if (header.length > LONGEST_KEY) {
      const detail = `the Idempotency-Key is longer than ${LONGEST_KEY} characters`;
      throw new Problem(400, 'bad-idempotency-key', detail);
    }
    const key = `${request.caller?.name ?? ''}:${header}`;
    const hash = createHash('sha256')
      .update(`${request.method} ${request.url} ${canonical(request.body ?? null)}`)
      .digest('hex');
    const now = new Date(this.clock.now());
    const claim = await claimKey(this.source.manager, key, hash, now);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    switch (claim.kind) {
      case 'other-body':
        throw new Problem(422, 'idempotency-key-reused', 'this key came with another body before');
      case 'in-flight':
        throw new Problem(409, 'request-in-flight', 'a request with this key is being answered');
      case 'answered':
        void reply.status(claim.status);
        return of(claim.body);
      case 'ours':
        return this.answer(key, reply, next);
    }
  }

  private answer(key: string, reply: FastifyReply, next: CallHandler): Observable<unknown> {
    const sql = this.source.manager;
    return next.handle().pipe(
      concatMap(async (body: unknown) => {
        await keepAnswer(sql, key, { status: reply.statusCode, body });
        return body;
      }),
      catchError((error: unknown) =>
        from(releaseKey(sql, key)).pipe(
          concatMap(() => {
            throw error;
          }),
        ),
      ),
    );
  }
}

/** The key of a mutation, or null; a stream is not held back to compare it. */
function keyOf(request: KnownRequest): string | null {
  const header = request.headers['idempotency-key'];
  const applies = request.method !== 'GET' && !isStream(request.body);
  return typeof header === 'string' && applies ? header : null;
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'pipe' in body;
}
