import { Module } from '@nestjs/common';

import { JourneysController } from './journeys.controller.js';
import { JourneysService } from './journeys.service.js';
import { MetricsAhead } from './metrics-ahead.js';
import { StageMetricsController } from './stage-metrics.controller.js';
import { StageMetricsService } from './stage-metrics.service.js';

@Module({
  controllers: [JourneysController, StageMetricsController],
  providers: [JourneysService, StageMetricsService, MetricsAhead],
})
export class JourneysModule {}
