import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { z } from 'zod';

import { Problem } from '../../core/errors/problem.js';
import { Operation, anyQuery } from '../../http/operation.decorator.js';
import { METRICS, READINESS } from './operations.tokens.js';
import type { Readiness } from './operations.tokens.js';

const health = z.object({ status: z.literal('ok') });
const ready = health.extend({ warnings: z.array(z.string()).optional() });

@ApiTags('operations')
@Controller()
export class OperationsController {
  constructor(
    private readonly source: DataSource,
    @Inject(METRICS) private readonly registry: Registry,
    @Inject(READINESS) private readonly readiness: Readiness,
  ) {}

  @Get('livez')
  @Operation({
    summary: 'Is the process alive?',
    scope: null,
    query: anyQuery,
    answers: { 200: health },
  })
  live(): object {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Operation({
    summary:
      'Are migrations done, does the database answer, can jobs run? `warnings`: what the service does without, such as a champion that cannot be read',
    scope: null,
    query: anyQuery,
    answers: { 200: ready },
  })
  async ready(): Promise<object> {
    const { missing, warnings } = await this.readiness(this.source);
    if (missing === null) return { status: 'ok', ...(warnings.length > 0 && { warnings }) };
    throw new Problem(503, 'not-ready', missing, { retryAfterSeconds: 1 });
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Operation({
    summary: 'Metrics for Prometheus',
    scope: null,
    query: anyQuery,
    files: ['text/plain'],
    answers: {},
  })
  async metrics(): Promise<string> {
    return await this.registry.metrics();
  }
}
