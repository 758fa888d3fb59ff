import { Module } from '@nestjs/common';

import { AnomaliesController } from './anomalies.controller.js';
import { AnomaliesService } from './anomalies.service.js';
import { IngestController } from './ingest.controller.js';
import { QueueService } from './queue.service.js';

@Module({
  controllers: [AnomaliesController, IngestController],
  providers: [AnomaliesService, QueueService],
})
export class AnomaliesModule {}
