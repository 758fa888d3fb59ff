import type { StreamableFile } from '@nestjs/common';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import type { ChunkedReportQuestion, ReportQuestion } from '../../http/report-question.js';
import { chunkedReportQuery, reportQuery } from '../../http/report-question.js';
import { anyObject } from '../../wire/answers.js';
import { dataQualityAnswer } from '../../wire/data-quality.js';
import { DriftService } from './drift.service.js';

@ApiTags('reports')
@Controller('v1/reports')
export class DriftController {
  constructor(private readonly drift: DriftService) {}

  @Get('drift')
  @Operation({
    summary:
      'What changed since the champion was trained: features, answers, labels and errors, ranked by what it may cost',
    scope: 'read',
    query: reportQuery,
    files: ['text/html'],
    answers: { 200: anyObject },
  })
  async report(
    @Query(new Checked(reportQuery, 'query')) query: ReportQuestion,
  ): Promise<StreamableFile> {
    return await this.drift.drift(query);
  }

  @Get('data-quality')
  @Operation({
    summary:
      'What the champion was asked with: missing, unseen (with the most frequent ones by name) and stuck values, by time',
    scope: 'read',
    query: chunkedReportQuery,
    files: ['text/html'],
    answers: { 200: dataQualityAnswer },
  })
  async quality(
    @Query(new Checked(chunkedReportQuery, 'query')) query: ChunkedReportQuestion,
  ): Promise<StreamableFile> {
    return await this.drift.quality(query);
  }
}
