import type { ExecutionContext } from '@nestjs/common';
import { createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export const SCOPES = ['ingest', 'backfill', 'read', 'label', 'review', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who a request comes from and what it may do. */
export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<string>;
}

/** A request whose key has been checked. */
export type KnownRequest = FastifyRequest & { caller?: Caller };

const NOBODY: Caller = { name: 'nobody', scopes: new Set() };

/** Hands a controller the caller of the request. */
export const From = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  return context.switchToHttp().getRequest<KnownRequest>().caller ?? NOBODY;
});
