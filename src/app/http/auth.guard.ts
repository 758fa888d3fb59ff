import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import type { Caller, KnownRequest, Scope } from '../../http/caller.js';
import { NEEDED_SCOPE } from '../../http/operation.decorator.js';
import { holderOfKey } from '../../storage/api-key.store.js';

/** How long a key's holder is remembered: a revoked key lives on for this long at most. */
const REMEMBER_MS = 5000;

const BEARER = /^Bearer +(\S+)$/i;

/** Lets a request through whose key has the scope that the operation needs. */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly remembered = new Map<string, { caller: Caller; until: number }>();

  constructor(
    private readonly reflector: Reflector,
    private readonly source: DataSource,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.get<Scope | null | undefined>(NEEDED_SCOPE, context.getHandler());
    if (needed === null || needed === undefined) return true;
    const request = context.switchToHttp().getRequest<KnownRequest>();
    const secret = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (secret === undefined) {
      throw new Problem(401, 'unauthenticated', 'send Authorization: Bearer with an API key');
    }
    const caller = await this.callerOf(secret);
    if (!caller.scopes.has(needed) && !caller.scopes.has('admin')) {
      throw new Problem(403, 'missing-scope', `this needs a key with scope ${needed}`);
    }
    request.caller = caller;
    return true;
  }

  private async callerOf(secret: string): Promise<Caller> {
    const known = this.remembered.get(secret);
    if (known !== undefined && known.until > performance.now()) return known.caller;
    const holder = await holderOfKey(this.source.manager, secret);
    if (holder === null) throw new Problem(401, 'unauthenticated', 'this API key is not known');
    const caller = { name: holder.name, scopes: new Set(holder.scopes) };
    if (this.remembered.size > 1000) this.remembered.clear();
    this.remembered.set(secret, { caller, until: performance.now() + REMEMBER_MS });
    return caller;
  }
}
