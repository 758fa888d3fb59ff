import type { AuditedFigure } from '../core/monitoring/performance-audit.js';
import { AUDITED_FIGURES } from '../core/monitoring/performance-audit.js';
import type { PerformanceReport } from '../core/monitoring/performance-report.js';
import { count, percent } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import type { ReportSection } from './page.js';
import { round, told, withInterval } from './realised-figures.js';
import { mark, table } from './table.js';

const NAMES: Readonly<Record<AuditedFigure, string>> = {
  failureRate: 'Share that failed',
  rocAuc: 'ROC-AUC',
  logLoss: 'Log loss',
};

/** Whether the weights are right. */
export const AUDIT_VERDICTS = {
  agrees: mark('the weights agree with the sample', 'good'),
  differs: mark('the weights do not agree with the sample', 'warn'),
  'too-few-audited': mark('too few audited', 'plain'),
} as const;

function comparison({
  weighted,
  audit: { figures, differences },
}: PerformanceReport): Html | false {
  if (figures === null || differences === null) return false;
  const of = (some: typeof figures | null, name: AuditedFigure): string =>
    name === 'failureRate' ? round(some?.failureRate ?? Number.NaN) : told(some, name);
  const columns = [
    { heading: 'figure', cell: (name: AuditedFigure) => NAMES[name] },
    { heading: 'weighted', cell: (name: AuditedFigure) => of(weighted, name), isNumber: true },
    { heading: 'audited', cell: (name: AuditedFigure) => of(figures, name), isNumber: true },
    {
      heading: 'difference',
      cell: (name: AuditedFigure) =>
        withInterval(differences[name].mean, differences[name].interval),
      isNumber: true,
    },
  ];
  return table(columns, AUDITED_FIGURES);
}

/** Whether the weighted figures can be believed, by those episodes that were drawn by lot. */
export function auditSection(report: PerformanceReport): ReportSection {
  const { chosen, audited, auditedByHalf, verdict } = report.audit;
  const [upper, lower] = auditedByHalf.map(percent);
  return {
    heading: 'The weights, checked on the audit queue',
    body: html`<p>${AUDIT_VERDICTS[verdict]}</p>
      ${comparison(report)}
      <p class="soft">
        One episode in twenty is drawn by lot, whatever its rank, and people are asked about it
        without its score: ${count(audited)} of ${count(chosen)} such answers are audited (${upper}
        of those in the upper half of the queue, ${lower} in the lower). A verdict needs 30 of them,
        five failures, and neither half twice as audited as the other. The intervals of the
        differences hold for all three at once, 90 %.
      </p>`,
  };
}
