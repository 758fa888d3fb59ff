import { Module } from '@nestjs/common';

import { BacktestsController } from './backtests.controller.js';
import { BacktestsService } from './backtests.service.js';
import { DecisionsService } from './decisions.service.js';
import { ExportsController } from './exports.controller.js';
import { ExportsService } from './exports.service.js';
import { RulesController } from './rules.controller.js';
import { RulesService } from './rules.service.js';
import { SuggestionsController } from './suggestions.controller.js';
import { SuggestionsService } from './suggestions.service.js';

@Module({
  controllers: [BacktestsController, ExportsController, RulesController, SuggestionsController],
  providers: [BacktestsService, DecisionsService, ExportsService, RulesService, SuggestionsService],
})
export class ThresholdsModule {}
