import type { DriftReport } from '../core/monitoring/drift-report.js';
import { reportWords } from '../core/monitoring/drift-words.js';
import { ColumnOrders } from './column-order.js';
import { DRAWN, shapesSection } from './drift-shapes.js';
import { figuresTable, sidesTable, verdictTable } from './drift-tables.js';
import { count } from './figures.js';
import { html } from './html.js';
import { lineChart } from './line-chart.js';
import type { ReportSection } from './page.js';
import { reportPage } from './page.js';
import type { Colour } from './table.js';
import { table } from './table.js';

/** Columns whose way through time is drawn. */
const FOLLOWED = 4;

function timeSection({ chunks = [], drifted, rule }: DriftReport): ReportSection[] {
  const followed = drifted.slice(0, FOLLOWED);
  if (chunks.length < 3 || followed.length === 0) return [];
  const colours: readonly Colour[] = ['one', 'two', 'three', 'four'];
  const lines = followed.map((name, i) => ({
    name,
    colour: colours[i] ?? 'one',
    points: chunks.map(({ from, until, effects }) => ({
      x: (from + until) / 2,
      y: effects[name] ?? null,
    })),
  }));
  const chart = lineChart({
    label: 'Distance from the reference over time',
    lines,
    xKind: 'time',
    limits: [rule.floor],
    yExtent: [0, rule.floor],
    height: 200,
    key: lines.map(({ colour, name }) => [colour, name] as const),
  });
  const body = html`<p>
      How far each stretch of time is from the whole reference, in standard deviations; the dashed
      line is the floor. The first stretches are the reference itself.
    </p>
    ${chart}`;
  return [{ heading: 'Drift over time', body }];
}

function segmentSection({ segments }: DriftReport): ReportSection[] {
  if (segments === undefined) return [];
  const body = table(
    [
      { heading: 'segment', cell: ([name]) => name },
      { heading: 'drifted', cell: ([, { drifted }]) => drifted.join(', ') || 'none' },
      { heading: 'reference rows', cell: ([, { rows }]) => count(rows.reference), isNumber: true },
      { heading: 'current rows', cell: ([, { rows }]) => count(rows.current), isNumber: true },
    ],
    Object.entries(segments),
  );
  return [{ heading: 'By segment', body }];
}

/** What a page says of where its samples come from. */
export interface DriftPageHead {
  readonly title: string;
  readonly subtitle: string;
  /** What is to be said before the columns. */
  readonly lead?: readonly string[];
}

/** A drift report as a page that is whole by itself. */
export function driftPage(
  report: DriftReport,
  { title, subtitle, lead = [] }: DriftPageHead,
  more: readonly ReportSection[] = [],
): string {
  const orders = new ColumnOrders(report.columns);
  return reportPage({
    title,
    subtitle,
    summary: [...lead, ...reportWords(report)],
    facts: [
      ['drifted', count(report.drifted.length)],
      ['columns', count(orders.columns.length)],
      ['reference rows', count(report.rows.reference)],
      ['current rows', count(report.rows.current)],
    ],
    sections: [
      { heading: 'Verdicts', body: html`${orders.choice}${verdictTable(orders)}` },
      ...more,
      ...timeSection(report),
      ...segmentSection(report),
      shapesSection(orders, report.chunks ?? []),
      { heading: 'Each side in figures', body: sidesTable(orders, DRAWN) },
      { heading: 'Figures, as other tools compute them', body: figuresTable(orders) },
    ],
  });
}
