import type { Sql } from '../storage/sql.js';
import { performanceDocument } from './performance-document.js';

/** What takes seconds to calculate: each from the database and what was asked, as text. */
const REPORTS = { performance: performanceDocument } as const;

export type ReportName = keyof typeof REPORTS;

/** What a report is asked; all of it can be cloned. */
export type ReportQuestion<N extends ReportName> = Parameters<(typeof REPORTS)[N]>[1];

/** Writes reports, wherever it does so. */
export abstract class ReportWriter {
  abstract write<N extends ReportName>(name: N, question: ReportQuestion<N>): Promise<string>;
}

/** Writes reports right here. */
export class ReportWriterHere extends ReportWriter {
  constructor(private readonly sql: Sql) {
    super();
  }

  async write<N extends ReportName>(name: N, question: ReportQuestion<N>): Promise<string> {
    return await REPORTS[name](this.sql, question);
  }
}
