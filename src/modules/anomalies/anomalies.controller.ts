import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { bulkStatus, itemsOf } from '../../http/items.js';
import { Operation } from '../../http/operation.decorator.js';
import { anyObject, listOf, scoredAnswer } from '../../wire/answers.js';
import { anomalyBody } from '../../wire/anomaly.js';
import { key, share } from '../../wire/labels.js';
import type { AnomalyResult } from './anomalies.service.js';
import { AnomaliesService } from './anomalies.service.js';
import { QueueService } from './queue.service.js';

const MOST = 500;

const queue = z.object({
  journey: key.optional(),
  stage: key.optional(),
  min_priority: z.coerce.number().pipe(share).optional(),
  state: z.enum(['open', 'ended']).optional(),
  sort: z.enum(['-priority', '-startedAt']).default('-priority'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
});

const stories = z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) });

function answered(reply: FastifyReply, results: readonly AnomalyResult[]): object {
  const refused = results.filter(({ status }) => status === 'rejected').length;
  bulkStatus(reply, results.length - refused, refused);
  return { results };
}

@ApiTags('anomalies')
@Controller('v1')
export class AnomaliesController {
  constructor(
    private readonly anomalies: AnomaliesService,
    private readonly queue: QueueService,
  ) {}

  @Post('anomalies')
  @Operation({
    summary: 'Take in and score 1 to 500 anomalies; answers in the same order',
    scope: 'ingest',
    body: anomalyBody,
    bulk: true,
    answers: { 200: scoredAnswer, 207: scoredAnswer, 422: scoredAnswer },
  })
  async ingest(
    @Body() body: unknown,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return answered(reply, await this.anomalies.ingest(itemsOf(body, MOST), caller));
  }

  @Post('predictions')
  @Operation({
    summary:
      'What the present champion says of 1 to 500 anomalies, with what was known at `receivedAt`; nothing is stored',
    scope: 'read',
    body: anomalyBody,
    bulk: true,
    answers: { 200: scoredAnswer, 207: scoredAnswer, 422: scoredAnswer },
  })
  async predict(
    @Body() body: unknown,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return answered(reply, await this.anomalies.predict(itemsOf(body, MOST), caller));
  }

  @Get('anomalies')
  @Operation({
    summary: 'The ranked queue: one row an episode, highest priority first',
    scope: 'read',
    query: queue,
    answers: { 200: listOf(anyObject) },
  })
  async page(@Query(new Checked(queue, 'query')) query: z.output<typeof queue>): Promise<object> {
    const { min_priority: minPriority, ...rest } = query;
    return await this.queue.page({ ...rest, minPriority });
  }

  @Get('anomalies/:id')
  @Operation({
    summary: 'One anomaly: its predictions with reasons, similar episodes, changes nearby',
    scope: 'read',
    answers: { 200: anyObject },
  })
  async one(@Param('id') id: string): Promise<object> {
    return await this.queue.one(id);
  }

  @Get('anomalies/:id/stories')
  @Operation({
    summary: 'The attempts that were under way while the anomaly fired',
    scope: 'read',
    query: stories,
    answers: { 200: listOf(anyObject) },
  })
  async stories(
    @Param('id') id: string,
    @Query(new Checked(stories, 'query')) query: z.output<typeof stories>,
  ): Promise<object> {
    return await this.queue.stories(id, query.limit);
  }
}
