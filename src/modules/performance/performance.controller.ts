import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import { anyObject } from '../../wire/answers.js';
import { duration, instant } from '../../wire/instant.js';
import { PerformanceService } from './performance.service.js';

const performanceQuery = z.object({
  from: instant.optional(),
  to: instant.optional(),
  /** Length of a chunk of time. */
  chunk: duration.optional(),
  format: z.enum(['json', 'html']).default('json'),
});

@ApiTags('reports')
@Controller('v1/reports/performance')
export class PerformanceController {
  constructor(private readonly performance: PerformanceService) {}

  @Get()
  @Operation({
    summary:
      'How good the answers were: realised on mature outcomes, estimated before their labels came',
    scope: 'read',
    query: performanceQuery,
    files: ['text/html'],
    answers: { 200: anyObject },
  })
  async report(
    @Query(new Checked(performanceQuery, 'query')) query: z.output<typeof performanceQuery>,
  ): Promise<object | StreamableFile> {
    return await this.performance.report(query);
  }
}
