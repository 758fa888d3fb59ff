import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import { anyObject } from '../../wire/answers.js';
import { duration, instant } from '../../wire/instant.js';
import { DriftService } from './drift.service.js';

const stretch = {
  from: instant.optional(),
  to: instant.optional(),
  /** Outcomes that became known later are left out. */
  asOf: instant.optional(),
  format: z.enum(['json', 'html']).default('json'),
};
const driftQuery = z.object(stretch);
const qualityQuery = z.object({ ...stretch, chunk: duration.optional() });

@ApiTags('reports')
@Controller('v1/reports')
export class DriftController {
  constructor(private readonly drift: DriftService) {}

  @Get('drift')
  @Operation({
    summary:
      'What changed since the champion was trained: features, answers, labels and errors, ranked by what it may cost',
    scope: 'read',
    query: driftQuery,
    files: ['text/html'],
    answers: { 200: anyObject },
  })
  async report(
    @Query(new Checked(driftQuery, 'query')) query: z.output<typeof driftQuery>,
  ): Promise<object | StreamableFile> {
    return await this.drift.drift(query);
  }

  @Get('data-quality')
  @Operation({
    summary: 'What the champion was asked with: missing, unseen and stuck values, by time',
    scope: 'read',
    query: qualityQuery,
    files: ['text/html'],
    answers: { 200: anyObject },
  })
  async quality(
    @Query(new Checked(qualityQuery, 'query')) query: z.output<typeof qualityQuery>,
  ): Promise<object | StreamableFile> {
    return await this.drift.quality(query);
  }
}
