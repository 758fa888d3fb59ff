import type { DataQualityQuestion, DriftQuestion } from './drift-document.js';
import { dataQualityDocument, driftDocument } from './drift-document.js';
import { liveDocument } from './live-document.js';
import type { PerformanceQuestion } from './performance-document.js';
import { performanceDocument } from './performance-document.js';
import type { ReportDesk } from './report-ground.js';
import type { ModelQuestion } from './shadow-comparison.js';
import { shadowDocument } from './shadow-comparison.js';

/** What each report is asked; all of it can be cloned. */
export interface ReportQuestions {
  readonly performance: PerformanceQuestion;
  readonly drift: DriftQuestion;
  readonly dataQuality: DataQualityQuestion;
  readonly shadow: ModelQuestion;
  readonly live: ModelQuestion;
}

export type ReportName = keyof ReportQuestions;

type Documents = {
  readonly [N in ReportName]: (desk: ReportDesk, question: ReportQuestions[N]) => Promise<string>;
};

/** What takes seconds to calculate: each from the database and what was asked, as text. */
const REPORTS: Documents = {
  performance: performanceDocument,
  drift: driftDocument,
  dataQuality: dataQualityDocument,
  shadow: shadowDocument,
  live: liveDocument,
};

/** Writes reports, wherever it does so. */
export abstract class ReportWriter {
  abstract write<N extends ReportName>(name: N, question: ReportQuestions[N]): Promise<string>;
}

/** Writes reports right here. */
export class ReportWriterHere extends ReportWriter {
  constructor(private readonly desk: ReportDesk) {
    super();
  }

  async write<N extends ReportName>(name: N, question: ReportQuestions[N]): Promise<string> {
    return await REPORTS[name](this.desk, question);
  }
}
