import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import { Checked } from '../../http/checked.pipe.js';
import { HAS_QUERY } from '../../http/operation.decorator.js';

const nothing = new Checked(z.object({}), 'query');

/** Refuses every query parameter where an operation takes none; what one takes it checks itself. */
@Injectable()
export class QueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const takes = this.reflector.get<boolean | undefined>(HAS_QUERY, context.getHandler());
    if (takes === false)
      nothing.transform(context.switchToHttp().getRequest<FastifyRequest>().query);
    return true;
  }
}
