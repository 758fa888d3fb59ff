import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { pageCursor } from '../../http/cursor.js';
import { Operation } from '../../http/operation.decorator.js';
import { listOf, trainingRunAnswer } from '../../wire/answers.js';
import { instant } from '../../wire/instant.js';
import { TrainingService } from './training.service.js';

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: pageCursor(z.uuid()).optional(),
});
const startBody = z.strictObject({ asOf: instant.optional() });

@ApiTags('training')
@Controller('v1/training-runs')
export class TrainingController {
  constructor(private readonly training: TrainingService) {}

  @Post()
  @HttpCode(202)
  @Operation({
    summary: 'Start a training run; it first measures every outcome that has become due',
    scope: 'admin',
    body: startBody,
    answers: { 202: trainingRunAnswer },
  })
  async start(
    @Body(new Checked(startBody.default({}))) body: z.output<typeof startBody>,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.training.start(body.asOf, caller);
  }

  @Get()
  @Operation({
    summary: 'Training runs, newest first',
    scope: 'read',
    query: listQuery,
    answers: { 200: listOf(trainingRunAnswer) },
  })
  async list(
    @Query(new Checked(listQuery, 'query')) query: z.output<typeof listQuery>,
  ): Promise<object> {
    return await this.training.list({ limit: query.limit, after: query.cursor });
  }

  @Get(':id')
  @Operation({
    summary: 'How far a training run has come',
    scope: 'read',
    answers: { 200: trainingRunAnswer },
  })
  async one(@Param('id') id: string): Promise<object> {
    return await this.training.one(id);
  }
}
