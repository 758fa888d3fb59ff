import { Body, Controller, Get, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';

import { VERDICTS } from '../../core/outcomes/outcome.js';
import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { bulkAnswer, itemsOf } from '../../http/items.js';
import { Operation } from '../../http/operation.decorator.js';
import {
  auditItem,
  bulkAnswerBody,
  listOf,
  missedAnswer,
  outcomeAnswer,
} from '../../wire/answers.js';
import { instant } from '../../wire/instant.js';
import { key } from '../../wire/labels.js';
import { outcomeBody } from '../../wire/outcome.js';
import type { BulkResult } from '../../wire/rejection.js';
import { AuditQueueService } from './audit-queue.service.js';
import { OutcomesService } from './outcomes.service.js';

const listing = z.object({
  anomalyId: key.optional(),
  journey: key.optional(),
  verdict: z.enum(VERDICTS).optional(),
  since_revision: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).optional().meta({
    description: '100 of the log where nothing is said, all of one episode, and all as lines',
  }),
  format: z.enum(['json', 'ndjson']).default('json'),
});

const missedListing = z.object({
  journey: key,
  from: instant.optional(),
  to: instant.optional(),
});

const auditListing = z.object({
  journey: key.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().optional(),
});

@ApiTags('outcomes')
@Controller('v1/outcomes')
export class OutcomesController {
  constructor(
    private readonly outcomes: OutcomesService,
    private readonly audits: AuditQueueService,
  ) {}

  @Post()
  @Operation({
    summary: 'Record what episodes did to stages; a correction supersedes',
    scope: 'label',
    body: outcomeBody,
    bulk: true,
    answers: { 200: bulkAnswerBody, 207: bulkAnswerBody, 422: bulkAnswerBody },
  })
  async record(
    @Body() body: unknown,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkResult> {
    return bulkAnswer(reply, await this.outcomes.record(itemsOf(body, 500), caller));
  }

  @Get()
  @Operation({
    summary:
      'Outcomes of the episode that one anomaly belongs to (the current one first), or the log since a revision; verdict=missed: failures that no alert told of',
    scope: 'read',
    query: listing,
    files: ['application/x-ndjson'],
    answers: { 200: listOf(outcomeAnswer) },
  })
  async list(
    @Query(new Checked(listing, 'query')) query: z.output<typeof listing>,
  ): Promise<object> {
    if (query.format === 'ndjson') {
      const lines = Readable.from(this.outcomes.lines(query));
      return new StreamableFile(lines, { type: 'application/x-ndjson' });
    }
    const { anomalyId } = query;
    if (anomalyId !== undefined) return await this.outcomes.ofAnomaly({ ...query, anomalyId });
    return await this.outcomes.since(query);
  }

  @Get('missed')
  @Operation({
    summary:
      'The failures of a journey that no alert told of, newest first: one each, whoever tells of it',
    scope: 'read',
    query: missedListing,
    answers: { 200: listOf(missedAnswer) },
  })
  async missed(
    @Query(new Checked(missedListing, 'query')) query: z.output<typeof missedListing>,
  ): Promise<object> {
    return await this.outcomes.missed(query);
  }

  @Get('audit-queue')
  @Operation({
    summary:
      'A random twentieth of the episodes, whatever their rank, for review without their scores: those that nobody has told of first',
    scope: 'read',
    query: auditListing,
    answers: { 200: listOf(auditItem) },
  })
  async auditQueue(
    @Query(new Checked(auditListing, 'query')) query: z.output<typeof auditListing>,
  ): Promise<object> {
    return await this.audits.page(query);
  }
}
