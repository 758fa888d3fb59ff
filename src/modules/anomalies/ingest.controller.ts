import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { anomaliesOfAlertmanager } from '../../connectors/alertmanager/anomalies-of-alertmanager.js';
import { Operation } from '../../http/operation.decorator.js';
import { anyObject } from '../../wire/answers.js';
import { AnomaliesService } from './anomalies.service.js';

const taken = z.object({
  accepted: z.int(),
  rejected: z.array(anyObject),
  truncated: z.int(),
});

@ApiTags('ingest')
@Controller('v1/ingest')
export class IngestController {
  constructor(private readonly anomalies: AnomaliesService) {}

  @Post('alertmanager/:source')
  @HttpCode(202)
  @Operation({
    summary: "Alertmanager's webhook: every good alert is kept, a bad one is told by its index",
    scope: 'ingest',
    body: anyObject,
    answers: { 202: taken },
  })
  async alertmanager(@Body() body: unknown, @Param('source') source: string): Promise<object> {
    const { anomalies, rejected, truncated } = anomaliesOfAlertmanager(body, source);
    await this.anomalies.takeMapped(anomalies);
    return { accepted: anomalies.length, rejected, truncated };
  }
}
