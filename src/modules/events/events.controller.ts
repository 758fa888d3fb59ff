import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { bulkAnswer, itemsOf } from '../../http/items.js';
import { Operation } from '../../http/operation.decorator.js';
import { bulkAnswerBody } from '../../wire/answers.js';
import { eventBody } from '../../wire/event.js';
import type { BulkResult } from '../../wire/rejection.js';
import { EventsService } from './events.service.js';

@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Post()
  @Operation({
    summary:
      'Take in journey events: a JSON array of up to 10,000 on up to 400 days, or an NDJSON stream of any length; of a stream the first 1,000 rejections are told and the rest counted (`untold`), and one that is silent for a minute is ended with 408: send blank lines meanwhile',
    scope: 'ingest',
    body: eventBody,
    bulk: true,
    consumes: ['application/json', 'application/x-ndjson'],
    answers: { 200: bulkAnswerBody, 207: bulkAnswerBody, 422: bulkAnswerBody },
  })
  async take(
    @Body() body: unknown,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkResult> {
    const taken =
      body instanceof Readable
        ? this.events.takeStream(body, caller)
        : this.events.take(itemsOf(body, 10_000), caller);
    return bulkAnswer(reply, await taken);
  }
}
