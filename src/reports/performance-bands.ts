import type { BandConfusion } from '../core/monitoring/performance-bands.js';
import type { PerformanceReport } from '../core/monitoring/performance-report.js';
import { count, percent } from './figures.js';
import { html } from './html.js';
import type { ReportSection } from './page.js';
import type { TableColumn } from './table.js';
import { bars, legend, table } from './table.js';

const number = (heading: string, cell: (band: BandConfusion) => string) => ({
  heading,
  cell,
  isNumber: true,
});

const COLUMNS: readonly TableColumn<BandConfusion>[] = [
  { heading: 'band', cell: ({ band }) => band },
  number('answers', ({ answers }) => count(answers)),
  number('precision', ({ precision }) => percent(precision)),
  number('recall', ({ recall }) => percent(recall)),
  number('failed', ({ failures }) => count(failures)),
  number('did not', ({ nonFailures }) => count(nonFailures)),
  number('not decided', ({ unlabelled }) => count(unlabelled)),
  {
    heading: 'how they went',
    cell: ({ answers, failures, nonFailures }) =>
      bars([
        [failures / answers, 'two'],
        [nonFailures / answers, 'one'],
      ]),
  },
];

/** What handling everything down to a band would have found. */
export function bandsSection({ bands }: PerformanceReport): ReportSection {
  return {
    heading: 'By priority band: who handles all down to one',
    body: html`${table(COLUMNS, bands)}
      ${legend([
        ['two', 'failed'],
        ['one', 'did not'],
        ['none', 'not decided'],
      ])}
      <p class="soft">
        The band that the first answer was given. Precision: share that failed of the answers of
        this band and those above whose label is known; recall: share of all failures that they
        hold, counted by answers. A failure that may be another’s counts with its chance, and counts
        are rounded. What was handled before it could fail is not decided: where that is much, both
        speak of the rest.
      </p>`,
  };
}
