import type { StreamableFile } from '@nestjs/common';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Checked } from '../../http/checked.pipe.js';
import { pageCursor } from '../../http/cursor.js';
import { Operation } from '../../http/operation.decorator.js';
import { reportFormat } from '../../http/report-question.js';
import { REPORT_KINDS } from '../../storage/report.store.js';
import { anyObject, keptReportAnswer, listOf } from '../../wire/answers.js';
import { ReportsService } from './reports.service.js';

const listQuery = z.object({
  kind: z.enum(REPORT_KINDS).optional(),
  limit: z.coerce.number().int().min(1).max(400).default(30),
  cursor: pageCursor().optional(),
});
const formQuery = z.object({ format: reportFormat });

@ApiTags('reports')
@Controller('v1/reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Get()
  @Operation({
    summary: 'The reports that were kept, newest first: one of the drift a day and champion',
    scope: 'read',
    query: listQuery,
    answers: { 200: listOf(keptReportAnswer) },
  })
  async list(
    @Query(new Checked(listQuery, 'query')) query: z.output<typeof listQuery>,
  ): Promise<object> {
    const { cursor: after, ...asked } = query;
    return await this.reports.list({ ...asked, after });
  }

  @Get(':id')
  @Operation({
    summary: 'A kept report as it was when it was made',
    scope: 'read',
    query: formQuery,
    files: ['text/html'],
    answers: { 200: anyObject },
  })
  async one(
    @Param('id') id: string,
    @Query(new Checked(formQuery, 'query')) { format }: z.output<typeof formQuery>,
  ): Promise<object | StreamableFile> {
    return await this.reports.one(id, format);
  }
}
