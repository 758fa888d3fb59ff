import type { StreamableFile } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import { pageOf } from '../../http/cursor.js';
import type { ReportQuestion } from '../../http/report-question.js';
import { reportAnswer } from '../../http/report-question.js';
import { modelDriftPage } from '../../reports/model-drift-page.js';
import type { PageQuery } from '../../storage/page.js';
import type { ReportKind, ReportRow } from '../../storage/report.store.js';
import { keptReports, reportBody } from '../../storage/report.store.js';

function written({ id, madeAt, from, until, findings, ...row }: ReportRow): object {
  const { verdict, ...found } = findings;
  return {
    id,
    ...row,
    madeAt: madeAt.toISOString(),
    from: from.toISOString(),
    until: until.toISOString(),
    verdict,
    findings: found,
    href: `/v1/reports/${encodeURIComponent(id)}`,
  };
}

@Injectable()
export class ReportsService {
  constructor(private readonly source: DataSource) {}

  async list(query: PageQuery & { readonly kind?: ReportKind | undefined }): Promise<object> {
    return pageOf(await keptReports(this.source.manager, query), query.limit, {
      place: ({ madeAt, id }) => ({ at: madeAt.getTime(), id }),
      write: written,
    });
  }

  async one(id: string, format: ReportQuestion['format']): Promise<object | StreamableFile> {
    const body = await reportBody(this.source.manager, id);
    if (body === null) throw new Problem(404, 'unknown-report', `there is no report ${id}`);
    return reportAnswer(body, modelDriftPage, format);
  }
}
