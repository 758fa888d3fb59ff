import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import { backtestAnswer } from '../../wire/backtest.js';
import type { BacktestBody } from '../../wire/threshold-question.js';
import { backtestBody } from '../../wire/threshold-question.js';
import { BacktestsService } from './backtests.service.js';

@ApiTags('thresholds')
@Controller('v1/backtests')
export class BacktestsController {
  constructor(private readonly backtests: BacktestsService) {}

  @Post()
  @HttpCode(200)
  @Operation({
    summary: 'Would this rule have fired, and was it right?',
    scope: 'read',
    body: backtestBody,
    answers: { 200: backtestAnswer },
  })
  async replay(
    @Body(new Checked(backtestBody)) body: BacktestBody,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.backtests.replay(body, caller);
  }
}
