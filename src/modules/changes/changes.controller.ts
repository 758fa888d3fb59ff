import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
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
import { changeBody } from '../../wire/change.js';
import { instant } from '../../wire/instant.js';
import type { BulkResult } from '../../wire/rejection.js';
import { ChangesService } from './changes.service.js';

const range = z.object({
  from: instant.optional(),
  to: instant.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: pageCursor().optional(),
});

@ApiTags('changes')
@Controller('v1/changes')
export class ChangesController {
  constructor(private readonly changes: ChangesService) {}

  @Post()
  @Operation({
    summary: 'Record releases, flags, experiments and other changes',
    scope: 'ingest',
    body: changeBody,
    bulk: true,
    answers: { 200: bulkAnswerBody, 207: bulkAnswerBody, 422: bulkAnswerBody },
  })
  async record(
    @Body() body: unknown,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkResult> {
    return bulkAnswer(reply, await this.changes.record(itemsOf(body, 500), caller));
  }

  @Get()
  @Operation({
    summary: 'Changes of a stretch of time, newest first',
    scope: 'read',
    query: range,
    answers: { 200: listOf(anyObject) },
  })
  async list(@Query(new Checked(range, 'query')) query: z.output<typeof range>): Promise<object> {
    const { cursor: after, ...asked } = query;
    return await this.changes.list({ ...asked, after });
  }
}
