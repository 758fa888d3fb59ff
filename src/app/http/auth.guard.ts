import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import { Problem } from '../../core/errors/problem.js';
import type { KnownRequest, Scope } from '../../http/caller.js';
import { NEEDED_SCOPE } from '../../http/operation.decorator.js';
import { KeyHolders } from './key-holders.js';

/** Lets a request through whose key has the scope that the operation needs. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly holders: KeyHolders,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.get<Scope | null | undefined>(NEEDED_SCOPE, context.getHandler());
    if (needed === null || needed === undefined) return true;
    const request = context.switchToHttp().getRequest<KnownRequest>();
    const caller = await this.holders.callerOf(request.headers.authorization);
    if (!caller.scopes.has(needed) && !caller.scopes.has('admin')) {
      throw new Problem(403, 'missing-scope', `this needs a key with scope ${needed}`);
    }
    request.caller = caller;
    return true;
  }
}
