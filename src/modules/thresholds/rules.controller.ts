import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import { listOf } from '../../wire/answers.js';
import { ruleImportAnswer, ruleImportBody } from '../../wire/alert-rule.js';
import { RulesService } from './rules.service.js';

@ApiTags('thresholds')
@Controller('v1/rules')
export class RulesController {
  constructor(private readonly rules: RulesService) {}

  @Post('import')
  @HttpCode(200)
  @Operation({
    summary:
      'Import alert rules from a Prometheus server or a rule file; rules without a threshold to move are listed with the reason',
    scope: 'review',
    body: ruleImportBody,
    answers: { 200: ruleImportAnswer },
  })
  async import(
    @Body(new Checked(ruleImportBody)) body: z.output<typeof ruleImportBody>,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.rules.import(body, caller);
  }

  @Get()
  @Operation({
    summary: 'The rules as they were imported last, by source',
    scope: 'read',
    answers: { 200: listOf(ruleImportAnswer) },
  })
  async list(): Promise<object> {
    return await this.rules.list();
  }
}
