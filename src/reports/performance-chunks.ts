import type { PerformanceChunk } from '../core/monitoring/performance-chunks.js';
import { count, figure, utcTime } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { lineChart } from './line-chart.js';
import type { ReportSection } from './page.js';
import { told } from './realised-figures.js';
import { mark, table } from './table.js';

function reconciledCell({ reconciled }: PerformanceChunk): Html | string {
  if (reconciled === null) return '–';
  return reconciled.rocAuc ? mark('as expected', 'good') : mark('off', 'warn');
}

function chartOf(chunks: readonly PerformanceChunk[]): Html {
  const at = ({ from, to }: PerformanceChunk): number => (from + to) / 2;
  return lineChart({
    label: 'ROC-AUC by time, estimated and realised',
    xKind: 'time',
    xName: 'middle of the chunk, UTC',
    yName: 'ROC-AUC',
    height: 240,
    lines: [
      {
        name: 'realised',
        colour: 'one',
        points: chunks.map((chunk) => ({
          x: at(chunk),
          y: chunk.realised?.metrics.rocAuc ?? null,
          low: chunk.expected?.rocAuc[0] ?? null,
          high: chunk.expected?.rocAuc[1] ?? null,
        })),
      },
      {
        name: 'CBPE',
        colour: 'two',
        points: chunks.map((chunk) => ({ x: at(chunk), y: chunk.cbpe?.rocAuc ?? null })),
      },
      {
        name: 'PAPE',
        colour: 'three',
        points: chunks.map((chunk) => ({ x: at(chunk), y: chunk.pape?.rocAuc ?? null })),
      },
    ],
    key: [
      ['one', 'realised; the band is where it was expected, 90 %'],
      ['two', 'CBPE'],
      ['three', 'PAPE'],
    ],
  });
}

const COLUMNS = [
  {
    heading: 'from',
    cell: ({ from }: PerformanceChunk) => utcTime(from).slice(0, 10),
    isNumber: true,
  },
  { heading: 'model', cell: (chunk: PerformanceChunk) => chunk.modelVersions.join(', ') || '–' },
  { heading: 'answers', cell: (chunk: PerformanceChunk) => count(chunk.answers), isNumber: true },
  {
    heading: 'failures',
    cell: ({ realised }: PerformanceChunk) => (realised === null ? '–' : count(realised.failures)),
    isNumber: true,
  },
  {
    heading: 'ROC-AUC, realised',
    cell: ({ realised }: PerformanceChunk) => told(realised, 'rocAuc'),
    isNumber: true,
  },
  { heading: 'CBPE', cell: ({ cbpe }: PerformanceChunk) => figure(cbpe?.rocAuc), isNumber: true },
  { heading: 'PAPE', cell: ({ pape }: PerformanceChunk) => figure(pape?.rocAuc), isNumber: true },
  {
    heading: 'log loss, realised',
    cell: ({ realised }: PerformanceChunk) => told(realised, 'logLoss'),
    isNumber: true,
  },
  { heading: 'ROC-AUC reconciled', cell: reconciledCell },
];

const WHY_NO_PAPE = {
  'few-answers': 'fewer than 50 answers',
  'few-labels': 'fewer than 200 labels were known when it began',
  'long-ago': 'before the last 13 chunks',
} as const;

function papeNote(chunks: readonly PerformanceChunk[]): string {
  const missing = chunks.flatMap(({ papeMissing }) => papeMissing ?? []);
  if (missing.length === 0) return '';
  const reasons = [...new Set(missing)].map((why) => {
    const of = missing.filter((one) => one === why).length;
    return `${count(of)} of ${count(chunks.length)} chunks: ${WHY_NO_PAPE[why]}`;
  });
  return ` Not by PAPE – ${reasons.join('; ')}.`;
}

/** Chunk by chunk: what was estimated before the labels came, and what was realised after. */
export function overTime(chunks: readonly PerformanceChunk[]): ReportSection {
  return {
    heading: 'Over time: estimated before the labels, realised after',
    body: html`${chartOf(chunks)} ${table(COLUMNS, chunks)}
      <p class="soft">
        CBPE: what the said probabilities, calibrated on earlier labels, let one expect. PAPE: the
        same, calibrated on the earlier answers that were most like these.${papeNote(chunks)}
      </p>`,
  };
}
