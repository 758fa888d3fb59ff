import type { PerformanceName } from '../core/monitoring/performance-figures.js';
import type { PerformanceReport, PerformanceSlice } from '../core/monitoring/performance-report.js';
import { count, percent, utcTime } from './figures.js';
import { html } from './html.js';
import { lasting } from './lasting.js';
import { lineChart } from './line-chart.js';
import type { Fact, ReportSection } from './page.js';
import { reportPage } from './page.js';
import { auditSection } from './performance-audit.js';
import { bandsSection } from './performance-bands.js';
import { overTime } from './performance-chunks.js';
import { queueSection } from './performance-queue.js';
import { probabilitiesSection, rocSection } from './performance-separation.js';
import {
  FIGURE_NAMES,
  realisedTable,
  round,
  told,
  WEIGHED,
  withInterval,
} from './realised-figures.js';
import { bar, table } from './table.js';

function overall(report: PerformanceReport): ReportSection {
  const { naive } = report;
  const deLong = naive === null ? '–' : `${round(naive.deLong[0])} to ${round(naive.deLong[1])}`;
  return {
    heading: 'Realised',
    body: html`${realisedTable(report)}
      <p class="soft">
        90 % intervals, episodes of one incident drawn together; ROC-AUC by DeLong, naive:
        ${deLong}. ${WEIGHED}
      </p>`,
  };
}

function sliced(heading: string, slices: readonly PerformanceSlice[]): ReportSection {
  const figures = (name: PerformanceName) => ({
    heading: FIGURE_NAMES[name],
    cell: (slice: PerformanceSlice): string => told(slice.figures, name),
    isNumber: true,
  });
  return {
    heading,
    body: table(
      [
        { heading: 'name', cell: ({ name }: PerformanceSlice) => name },
        { heading: 'labelled', cell: (s: PerformanceSlice) => count(s.labelled), isNumber: true },
        { heading: 'failures', cell: (s: PerformanceSlice) => count(s.failures), isNumber: true },
        figures('rocAuc'),
        figures('logLoss'),
        figures('ece'),
      ],
      slices,
    ),
  };
}

function honesty({ calibration }: PerformanceReport): ReportSection {
  const points = calibration.map(({ probability, failureRate, interval }) => ({
    x: probability,
    y: failureRate,
    low: interval[0],
    high: interval[1],
  }));
  return {
    heading: 'What was said against what happened',
    body: html`${lineChart({
        label: 'Calibration curve',
        xKind: 'number',
        hasDiagonal: true,
        xName: 'probability that was said',
        yName: 'share that failed',
        height: 400,
        lines: [{ name: 'share that failed', colour: 'one', points }],
        key: [
          ['one', 'what happened; the band is its 90 % interval'],
          ['ideal', 'honest probabilities'],
        ],
      })}
      <p class="soft">Ten groups of equally many answers, each at its mean.</p>`,
  };
}

function precision({ precisionRecall, naive }: PerformanceReport): ReportSection {
  const points = precisionRecall.map(({ recall: x, precision: y }) => ({ x, y }));
  return {
    heading: 'Precision against recall',
    body: lineChart({
      label: 'Precision-recall curve',
      xKind: 'number',
      xName: 'recall: share of the failures above a probability',
      yName: 'precision: share of those answers that failed',
      height: 240,
      yExtent: [0, 1],
      limits: naive === null ? [] : [naive.failureRate],
      lines: [{ name: 'precision', colour: 'one', points }],
      key: [
        ['one', 'by probability'],
        ['ideal', 'the base rate: by chance'],
      ],
    }),
  };
}

function labels({ coverage, labelDelay }: PerformanceReport): ReportSection {
  type Decile = (typeof coverage)[number];
  type Delay = (typeof labelDelay)[number];
  const number = (heading: string, of: (decile: Decile) => number) => ({
    heading,
    cell: (decile: Decile): string => count(of(decile)),
    isNumber: true,
  });
  return {
    heading: 'Labels: who has one, and how soon',
    body: html`${table(
      [
        { heading: 'tenth of the queue', cell: ({ decile }: Decile) => count(decile) },
        number('answers', ({ answers }) => answers),
        number('labelled', ({ labelled }) => labelled),
        number('censored', ({ censored }) => censored),
        number('undecided', ({ undecided }) => undecided),
        number('unmeasured', ({ unmeasured }) => unmeasured),
        { heading: 'coverage', cell: ({ coverage: share }: Decile) => bar(share || 0) },
      ],
      coverage,
    )}${table(
      [
        { heading: 'within', cell: ({ within }: Delay) => lasting(within) },
        {
          heading: 'labels known',
          cell: ({ labelled }: Delay) => percent(labelled),
          isNumber: true,
        },
        { heading: 'of answers', cell: ({ answers }: Delay) => count(answers), isNumber: true },
      ],
      labelDelay,
    )}`,
  };
}

function summaryOf({ naive, labelled, mature }: PerformanceReport): string[] {
  if (naive === null) {
    return [`Not enough data: ${count(labelled)} of ${count(mature)} mature answers have a label.`];
  }
  const { metrics, intervals } = naive;
  const better = intervals.brierSkill[0] > 0 ? 'better than' : 'not proved better than';
  return [
    `The answers tell failures from the rest with a ROC-AUC of ${withInterval(metrics.rocAuc, intervals.rocAuc)}; their probabilities are ${better} the base rate (Brier skill ${withInterval(metrics.brierSkill, intervals.brierSkill)}).`,
  ];
}

/** The performance report as one page. */
export function performancePage(report: PerformanceReport): string {
  const facts: Fact[] = [
    ['answers', count(report.answers)],
    ['mature', count(report.mature)],
    ['labelled', count(report.labelled)],
    ['failures', count(report.failures)],
  ];
  return reportPage({
    title: 'Performance',
    subtitle: `${utcTime(report.from)} to ${utcTime(report.to)}, as known at ${utcTime(report.asOf)}; the first answer about each episode is judged.`,
    summary: summaryOf(report),
    facts,
    sections: [
      overall(report),
      auditSection(report),
      overTime(report.chunks),
      honesty(report),
      probabilitiesSection(report),
      rocSection(report),
      precision(report),
      bandsSection(report),
      queueSection(report),
      sliced('By stage', report.stages),
      sliced('By segment', report.segments),
      sliced('By source', report.sources),
      labels(report),
    ],
  });
}
