import type { StreamableFile } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { Duration } from '../../core/telemetry/time.js';
import { DAY } from '../../core/telemetry/time.js';
import { Clock } from '../../http/clock.js';
import type { ChunkedReportQuestion, ReportQuestion } from '../../http/report-question.js';
import { askedStretch, limitChunks, writtenReport } from '../../http/report-question.js';
import type { ReportStretch } from '../../loop/report-ground.js';
import { ReportWriter } from '../../loop/reports.js';
import { knownUntil } from '../../storage/backfill.store.js';

const USUAL_LENGTH: Duration = 7 * DAY;

/** Chunks that a report may have. */
const MOST_CHUNKS = 366;

@Injectable()
export class DriftService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly reports: ReportWriter,
  ) {}

  /** The last week unless asked otherwise. */
  async drift(question: ReportQuestion): Promise<StreamableFile> {
    const { format } = question;
    const stretch = await this.stretchOf(question);
    const text = await this.reports.write('drift', { ...stretch, format });
    return writtenReport(text, format);
  }

  /** The last week by days unless asked otherwise. */
  async quality(question: ChunkedReportQuestion): Promise<StreamableFile> {
    const { chunk = DAY, format } = question;
    const stretch = await this.stretchOf(question);
    limitChunks(stretch, chunk, MOST_CHUNKS);
    const text = await this.reports.write('dataQuality', { ...stretch, chunk, format });
    return writtenReport(text, format);
  }

  private async stretchOf(question: ReportQuestion): Promise<ReportStretch> {
    const known = await knownUntil(this.source.manager, this.clock.now());
    return askedStretch(question, { known, usual: USUAL_LENGTH });
  }
}
