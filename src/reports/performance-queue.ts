import type { LeadTime, PagesPoint } from '../core/monitoring/performance-curves.js';
import type { PerformanceReport } from '../core/monitoring/performance-report.js';
import { count, percent } from './figures.js';
import { html } from './html.js';
import { lasting } from './lasting.js';
import { lineChart } from './line-chart.js';
import type { ReportSection } from './page.js';
import { table } from './table.js';

const COLUMNS = [
  {
    heading: 'pages a week',
    cell: ({ pagesPerWeek }: PagesPoint) => count(pagesPerWeek),
    isNumber: true,
  },
  { heading: 'failures found', cell: ({ recall }: PagesPoint) => percent(recall), isNumber: true },
  {
    heading: 'value lost in them',
    cell: ({ lossCaptured }: PagesPoint) => percent(lossCaptured),
    isNumber: true,
  },
];

function leadOf(lead: LeadTime | null): string {
  if (lead === null) return 'No failure with a known time.';
  const { toEnd, toOnset, failures } = lead;
  const side = toOnset.median < 0 ? 'after' : 'before';
  return `The first answer about a failure came ${lasting(toEnd.median)} before its end (middle four fifths: ${lasting(toEnd.p10)} to ${lasting(toEnd.p90)}) and ${lasting(Math.abs(toOnset.median))} ${side} its onset, in the median of ${count(failures)} failures.`;
}

/** What reading only the top of the queue would have found, and how early. */
export function queueSection({
  recallAtPages,
  lossCapture,
  leadTime,
}: PerformanceReport): ReportSection {
  const chart = lineChart({
    label: 'Loss-capture curve',
    xKind: 'number',
    hasDiagonal: true,
    xName: 'share of the queue that is read, highest priority first',
    yName: 'share of the value that failures lost',
    height: 300,
    lines: [
      {
        name: 'share of the loss',
        colour: 'one',
        points: lossCapture.map(({ queue: x, lossCaptured }) => ({ x, y: lossCaptured })),
      },
    ],
    key: [
      ['one', 'by priority'],
      ['ideal', 'a queue in no order'],
    ],
  });
  return {
    heading: 'The queue: who reads only its top',
    body: html`${chart} ${table(COLUMNS, recallAtPages)}
      <p>${leadOf(leadTime)}</p>`,
  };
}
