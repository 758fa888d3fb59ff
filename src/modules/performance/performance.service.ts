import { setImmediate as othersTurn } from 'node:timers/promises';

import type { StreamableFile } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { performanceReport } from '../../core/monitoring/performance-report.js';
import { DAY, WEEK } from '../../core/telemetry/time.js';
import { Clock } from '../../http/clock.js';
import type { ChunkedReportQuestion } from '../../http/report-question.js';
import { askedStretch, limitChunks, reportAnswer } from '../../http/report-question.js';
import { judgedAnswers } from '../../loop/judged-answers.js';
import { performancePage } from '../../reports/performance-page.js';
import { knownUntil } from '../../storage/backfill.store.js';

/** Chunks that a report may have: each is estimated anew. */
const MOST_CHUNKS = 60;

const USUAL_LENGTH = 90 * DAY;

@Injectable()
export class PerformanceService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  /** The last 90 days in weeks unless asked otherwise. */
  async report(question: ChunkedReportQuestion): Promise<object | StreamableFile> {
    const { format, chunk = WEEK } = question;
    const sql = this.source.manager;
    const known = await knownUntil(sql, this.clock.now());
    const stretch = askedStretch(question, { known, usual: USUAL_LENGTH });
    limitChunks(stretch, chunk, MOST_CHUNKS);
    const { from, until: to, asOf } = stretch;
    const answers = await judgedAnswers(sql, to, asOf);
    const report = await performanceReport({
      answers,
      from,
      to,
      asOf,
      chunk,
      pause: () => othersTurn(),
    });
    return reportAnswer(report, performancePage, format);
  }
}
