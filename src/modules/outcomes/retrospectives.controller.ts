import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { pageCursor } from '../../http/cursor.js';
import { bulkAnswer, itemsOf } from '../../http/items.js';
import { Operation } from '../../http/operation.decorator.js';
import { anyObject, bulkAnswerBody, listOf } from '../../wire/answers.js';
import type { BulkResult } from '../../wire/rejection.js';
import { retrospectiveBody } from '../../wire/retrospective.js';
import { OutcomesService } from './outcomes.service.js';

const page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: pageCursor().optional(),
});

@ApiTags('outcomes')
@Controller('v1/retrospectives')
export class RetrospectivesController {
  constructor(private readonly outcomes: OutcomesService) {}

  @Post()
  @Operation({
    summary: 'Record what a team concluded about an incident',
    scope: 'label',
    body: retrospectiveBody,
    bulk: true,
    answers: { 200: bulkAnswerBody, 207: bulkAnswerBody, 422: bulkAnswerBody },
  })
  async hold(
    @Body() body: unknown,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkResult> {
    return bulkAnswer(reply, await this.outcomes.hold(itemsOf(body, 100), caller));
  }

  @Get()
  @Operation({
    summary: 'Retrospectives, newest first',
    scope: 'read',
    query: page,
    answers: { 200: listOf(anyObject) },
  })
  async list(@Query(new Checked(page, 'query')) query: z.output<typeof page>): Promise<object> {
    return await this.outcomes.retrospectives({ limit: query.limit, after: query.cursor });
  }

  @Get(':id')
  @Operation({ summary: 'One retrospective', scope: 'read', answers: { 200: anyObject } })
  async one(@Param('id') id: string): Promise<object> {
    return await this.outcomes.retrospective(id);
  }
}
