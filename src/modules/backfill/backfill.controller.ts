import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';

import { Operation } from '../../http/operation.decorator.js';
import { endBackfill } from '../../storage/backfill.store.js';
import { anyObject } from '../../wire/answers.js';

@ApiTags('backfill')
@Controller('v1/backfill')
export class BackfillController {
  constructor(private readonly source: DataSource) {}

  @Post('end')
  @HttpCode(200)
  @Operation({
    summary:
      'Say that a history is in: what was left to measure is measured by the clock again (otherwise after 15 quiet minutes)',
    scope: 'backfill',
    answers: { 200: anyObject },
  })
  async end(): Promise<object> {
    await endBackfill(this.source.manager);
    return {};
  }
}
