import { Module } from '@nestjs/common';

import { AuditQueueService } from './audit-queue.service.js';
import { OutcomesController } from './outcomes.controller.js';
import { OutcomesService } from './outcomes.service.js';
import { RetrospectivesController } from './retrospectives.controller.js';

@Module({
  controllers: [OutcomesController, RetrospectivesController],
  providers: [OutcomesService, AuditQueueService],
})
export class OutcomesModule {}
