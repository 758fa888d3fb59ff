import type { StreamableFile } from '@nestjs/common';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import type { ChunkedReportQuestion } from '../../http/report-question.js';
import { chunkedReportQuery } from '../../http/report-question.js';
import { performanceAnswer } from '../../wire/performance-answer.js';
import { PerformanceService } from './performance.service.js';

@ApiTags('reports')
@Controller('v1/reports/performance')
export class PerformanceController {
  constructor(private readonly performance: PerformanceService) {}

  @Get()
  @Operation({
    summary:
      'How good the answers were: realised on mature outcomes, estimated before their labels came',
    scope: 'read',
    query: chunkedReportQuery,
    files: ['text/html'],
    answers: { 200: performanceAnswer },
  })
  async report(
    @Query(new Checked(chunkedReportQuery, 'query')) query: ChunkedReportQuestion,
  ): Promise<StreamableFile> {
    return await this.performance.report(query);
  }
}
