import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { bulkAnswer, itemsOf } from '../../http/items.js';
import { Operation } from '../../http/operation.decorator.js';
import { bulkAnswerBody } from '../../wire/answers.js';
import type { BulkResult } from '../../wire/rejection.js';
import { stageMetricBody } from '../../wire/stage-metric.js';
import { StageMetricsService } from './stage-metrics.service.js';

@ApiTags('journeys')
@Controller('v1/stage-metrics')
export class StageMetricsController {
  constructor(private readonly metrics: StageMetricsService) {}

  @Post()
  @Operation({
    summary: 'Take in stage metrics that a warehouse has aggregated',
    scope: 'ingest',
    body: stageMetricBody,
    bulk: true,
    answers: { 200: bulkAnswerBody, 207: bulkAnswerBody, 422: bulkAnswerBody },
  })
  async take(
    @Body() body: unknown,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkResult> {
    return bulkAnswer(reply, await this.metrics.take(itemsOf(body, 10_000), caller));
  }
}
