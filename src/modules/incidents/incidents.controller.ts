import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
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
import { incidentAnomalies, incidentBody, incidentPatch } from '../../wire/incident.js';
import type { BulkResult } from '../../wire/rejection.js';
import { IncidentsService } from './incidents.service.js';

const page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: pageCursor().optional(),
});

@ApiTags('incidents')
@Controller('v1/incidents')
export class IncidentsController {
  constructor(private readonly incidents: IncidentsService) {}

  @Post()
  @Operation({
    summary: 'Record incidents; a later body with the same id revises',
    scope: 'ingest',
    body: incidentBody,
    bulk: true,
    answers: { 200: bulkAnswerBody, 207: bulkAnswerBody, 422: bulkAnswerBody },
  })
  async record(
    @Body() body: unknown,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkResult> {
    return bulkAnswer(reply, await this.incidents.record(itemsOf(body, 500), caller));
  }

  @Get()
  @Operation({
    summary: 'Incidents, newest first',
    scope: 'read',
    query: page,
    answers: { 200: listOf(anyObject) },
  })
  async list(@Query(new Checked(page, 'query')) query: z.output<typeof page>): Promise<object> {
    return await this.incidents.list({ limit: query.limit, after: query.cursor });
  }

  @Get(':id')
  @Operation({ summary: 'One incident', scope: 'read', answers: { 200: anyObject } })
  async one(@Param('id') id: string): Promise<object> {
    return await this.incidents.one(id);
  }

  @Patch(':id')
  @Operation({
    summary: 'Revise an incident',
    scope: 'ingest',
    body: incidentPatch,
    answers: { 200: anyObject },
  })
  async revise(
    @Param('id') id: string,
    @Body(new Checked(incidentPatch)) body: z.output<typeof incidentPatch>,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.incidents.revise(id, body, caller);
  }

  @Post(':id/anomalies')
  @Operation({
    summary: 'Put anomalies into an incident',
    scope: 'ingest',
    body: incidentAnomalies,
    answers: { 201: anyObject },
  })
  async addAnomalies(
    @Param('id') id: string,
    @Body(new Checked(incidentAnomalies)) body: z.output<typeof incidentAnomalies>,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.incidents.addAnomalies(id, body, caller);
  }
}
