import type { StreamableFile } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { DAY, WEEK } from '../../core/telemetry/time.js';
import { Clock } from '../../http/clock.js';
import type { ChunkedReportQuestion } from '../../http/report-question.js';
import { askedStretch, limitChunks, writtenReport } from '../../http/report-question.js';
import { ReportWriter } from '../../loop/reports.js';
import { knownUntil } from '../../storage/backfill.store.js';

/** Chunks that a report may have: each is estimated anew. */
const MOST_CHUNKS = 60;

const USUAL_LENGTH = 90 * DAY;

@Injectable()
export class PerformanceService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly reports: ReportWriter,
  ) {}

  /** The last 90 days in weeks unless asked otherwise. */
  async report(question: ChunkedReportQuestion): Promise<StreamableFile> {
    const { format, chunk = WEEK } = question;
    const known = await knownUntil(this.source.manager, this.clock.now());
    const stretch = askedStretch(question, { known, usual: USUAL_LENGTH });
    limitChunks(stretch, chunk, MOST_CHUNKS);
    const { from, until: to, asOf } = stretch;
    const text = await this.reports.write('performance', { from, to, asOf, chunk, format });
    return writtenReport(text, format);
  }
}
