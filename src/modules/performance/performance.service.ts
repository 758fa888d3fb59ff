import { setImmediate as othersTurn } from 'node:timers/promises';

import { Injectable, StreamableFile } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import { performanceReport } from '../../core/monitoring/performance-report.js';
import { DAY, WEEK } from '../../core/telemetry/time.js';
import { Clock } from '../../http/clock.js';
import { judgedAnswers } from '../../loop/judged-answers.js';
import { performancePage } from '../../reports/performance-page.js';
import { knownUntil } from '../../storage/backfill.store.js';
import { writeTimes } from '../../wire/instant.js';

/** Chunks that a report may have: each is estimated anew. */
const MOST_CHUNKS = 60;

const USUAL_LENGTH = 90 * DAY;

interface Question {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly chunk?: number | undefined;
  readonly format: 'json' | 'html';
}

function refuse(pointer: string, code: string, detail: string): never {
  throw new Problem(422, 'invalid-query', detail, { fields: [{ pointer, code, detail }] });
}

@Injectable()
export class PerformanceService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  /** The last 90 days in weeks unless asked otherwise. */
  async report({ format, ...question }: Question): Promise<object | StreamableFile> {
    const sql = this.source.manager;
    const asOf = await knownUntil(sql, this.clock.now());
    const to = question.to ?? asOf;
    const { from = to - USUAL_LENGTH, chunk = WEEK } = question;
    if (from >= to) refuse('/from', 'empty-range', 'from is not before to');
    if ((to - from) / chunk > MOST_CHUNKS) {
      refuse('/chunk', 'too-many-chunks', `more than ${MOST_CHUNKS} chunks: ask for longer ones`);
    }
    const answers = await judgedAnswers(sql, to, asOf);
    const report = await performanceReport({
      answers,
      from,
      to,
      asOf,
      chunk,
      pause: () => othersTurn(),
    });
    if (format === 'json') return writeTimes({ ...report, to: new Date(to).toISOString() });
    return new StreamableFile(Buffer.from(performancePage(report)), {
      type: 'text/html; charset=utf-8',
    });
  }
}
