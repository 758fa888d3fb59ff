import type { StreamableFile } from '@nestjs/common';
import { Body, Controller, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import { anyObject, listOf } from '../../wire/answers.js';
import type { JourneyBody } from '../../wire/journey.js';
import { journeyBody, journeyRevision } from '../../wire/journey.js';
import { TABLE_TYPES } from './file-answer.js';
import { funnelQuery, metricsQuery, timeToValueQuery } from './journey-query.js';
import type { Defined } from './journeys.service.js';
import { JourneysService } from './journeys.service.js';
import { StageMetricsService } from './stage-metrics.service.js';

function definedAnswer(reply: FastifyReply, { created, journey }: Defined): object {
  void reply.status(created ? 201 : 200);
  return journey;
}

@ApiTags('journeys')
@Controller('v1/journeys')
export class JourneysController {
  constructor(
    private readonly journeys: JourneysService,
    private readonly metrics: StageMetricsService,
  ) {}

  @Post()
  @Operation({
    summary: 'Define a journey',
    scope: 'ingest',
    body: journeyBody,
    answers: { 200: anyObject, 201: anyObject },
  })
  async define(
    @Body(new Checked(journeyBody)) body: JourneyBody,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return definedAnswer(reply, await this.journeys.define(body, caller));
  }

  @Put(':key')
  @Operation({
    summary: 'Make a new version of a journey; old data keep theirs',
    scope: 'ingest',
    body: journeyRevision,
    answers: { 200: anyObject, 201: anyObject },
  })
  async revise(
    @Param('key') key: string,
    @Body(new Checked(journeyRevision)) body: z.output<typeof journeyRevision>,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return definedAnswer(reply, await this.journeys.revise(key, body, caller));
  }

  @Get()
  @Operation({ summary: 'All journeys', scope: 'read', answers: { 200: listOf(anyObject) } })
  async list(): Promise<object> {
    return await this.journeys.list();
  }

  @Get(':key')
  @Operation({ summary: 'One journey', scope: 'read', answers: { 200: anyObject } })
  async one(@Param('key') key: string): Promise<object> {
    return await this.journeys.one(key);
  }

  @Get(':key/metrics')
  @Operation({
    summary: 'Stage metrics with mature and immature counts, and the baseline with its interval',
    scope: 'read',
    query: metricsQuery,
    files: TABLE_TYPES,
    answers: { 200: anyObject },
  })
  async stageMetrics(
    @Param('key') key: string,
    @Query(new Checked(metricsQuery, 'query')) query: z.output<typeof metricsQuery>,
  ): Promise<StreamableFile> {
    return await this.metrics.metrics(key, query);
  }

  @Get(':key/funnel')
  @Operation({
    summary: 'Ad-hoc funnel over the stored events',
    scope: 'read',
    query: funnelQuery,
    files: TABLE_TYPES,
    answers: { 200: anyObject },
  })
  async funnel(
    @Param('key') key: string,
    @Query(new Checked(funnelQuery, 'query')) query: z.output<typeof funnelQuery>,
  ): Promise<object | StreamableFile> {
    return await this.metrics.funnel(key, query);
  }

  @Get(':key/time-to-value')
  @Operation({
    summary:
      'The share of attempts that has reached a stage by time after their entry into the journey (1 - Kaplan-Meier), and by its timeToValueTarget',
    scope: 'read',
    query: timeToValueQuery,
    answers: { 200: anyObject },
  })
  async timeToValue(
    @Param('key') key: string,
    @Query(new Checked(timeToValueQuery, 'query')) query: z.output<typeof timeToValueQuery>,
  ): Promise<object> {
    return await this.metrics.timeToValue(key, query);
  }
}
