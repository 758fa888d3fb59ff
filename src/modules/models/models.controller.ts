import type { StreamableFile } from '@nestjs/common';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { decisionReason } from '../../http/decision-reason.js';
import { Operation } from '../../http/operation.decorator.js';
import { reportFormat } from '../../http/report-question.js';
import { anyObject } from '../../wire/answers.js';
import { ModelsService } from './models.service.js';

const decision = z.strictObject({ reason: decisionReason });

const cardQuery = z.object({ format: reportFormat });

@ApiTags('models')
@Controller('v1/models')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  @Operation({
    summary: 'The registry, the champion, and who was champion when',
    scope: 'read',
    answers: { 200: anyObject },
  })
  async list(): Promise<object> {
    return await this.models.list();
  }

  @Get(':version')
  @Operation({ summary: 'One model', scope: 'read', answers: { 200: anyObject } })
  async one(@Param('version') version: string): Promise<object> {
    return await this.models.one(version);
  }

  @Get(':version/card')
  @Operation({
    summary: "A model's card, with how it has done since",
    scope: 'read',
    query: cardQuery,
    files: ['text/html'],
    answers: { 200: anyObject },
  })
  async card(
    @Param('version') version: string,
    @Query(new Checked(cardQuery, 'query')) { format }: z.output<typeof cardQuery>,
  ): Promise<object | StreamableFile> {
    return format === 'json'
      ? await this.models.card(version)
      : await this.models.cardPage(version);
  }

  @Get(':version/shadow')
  @Operation({
    summary: 'How a challenger would have answered live traffic, beside what was answered',
    scope: 'read',
    answers: { 200: anyObject },
  })
  async shadow(@Param('version') version: string): Promise<object> {
    return await this.models.shadow(version);
  }

  @Post('rollback')
  @HttpCode(200)
  @Operation({
    summary:
      'Make the champion before the present one answer again (`rollbackTo`); done again, the one before that',
    scope: 'review',
    body: decision,
    answers: { 200: anyObject },
  })
  async rollback(
    @Body(new Checked(decision)) body: z.output<typeof decision>,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.models.rollback(body.reason, caller);
  }

  @Post(':version/promote')
  @HttpCode(200)
  @Operation({
    summary: 'Make a model the champion, past the gate',
    scope: 'review',
    body: decision,
    answers: { 200: anyObject },
  })
  async promote(
    @Param('version') version: string,
    @Body(new Checked(decision)) body: z.output<typeof decision>,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.models.promote(version, body.reason, caller);
  }

  @Post(':version/reject')
  @HttpCode(200)
  @Operation({
    summary: 'Say that a model shall not answer',
    scope: 'review',
    body: decision,
    answers: { 200: anyObject },
  })
  async reject(
    @Param('version') version: string,
    @Body(new Checked(decision)) body: z.output<typeof decision>,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.models.reject(version, body.reason, caller);
  }
}
