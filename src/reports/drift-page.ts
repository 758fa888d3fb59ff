import type { DriftChunk, DriftReport, SegmentDrift } from '../core/monitoring/drift-report.js';
import { reportWords } from '../core/monitoring/drift-words.js';
import { ColumnOrders } from './column-order.js';
import { DRAWN, shapesSection } from './drift-shapes.js';
import { figuresTable, sidesTable, verdictTable } from './drift-tables.js';
import { count } from './figures.js';
import type { Html } from './html.js';
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

/** Columns that are listed, and those that are drawn stretch by stretch where there are many. */
const [LISTED, MANY, THROUGH_TIME] = [250, 40, 20];

/** Drifted columns that are named of a segment. */
const NAMED = 10;

/** Segments that are listed. */
const SEGMENTS = 100;

/** How many bytes the page has at most. */
const HEAVIEST = 500_000;

function listedColumns({ columns }: DriftReport, most: number): ColumnOrders {
  const all = new ColumnOrders(columns);
  return all.columns.length <= most
    ? all
    : new ColumnOrders(Object.fromEntries(all.columns.slice(0, most)));
}

/** The stretches of time with the shapes of those columns alone that are drawn through them. */
function drawnChunks({ chunks = [] }: DriftReport, { columns }: ColumnOrders): DriftChunk[] {
  if (columns.length <= MANY) return [...chunks];
  const drawn = new Set(columns.slice(0, THROUGH_TIME).map(([name]) => name));
  return chunks.map(({ shapes, ...chunk }) => {
    if (shapes === undefined) return chunk;
    const kept = Object.entries(shapes).filter(([name]) => drawn.has(name));
    return { ...chunk, shapes: Object.fromEntries(kept) };
  });
}

/** What of many columns the page leaves out, so that it stays light. */
function leftOutWords({ columns, chunks = [] }: DriftReport, listed: ColumnOrders): Html {
  const left = Object.keys(columns).length - listed.columns.length;
  const isTimed = chunks.length > 0 && listed.columns.length > MANY;
  return html`${
    left > 0 &&
    html`<p class="soft">${count(left)} more columns are left out here: the JSON has them.</p>`
  }${
    isTimed &&
    html`<p class="soft">Of so many columns the first ${THROUGH_TIME} are drawn through time.</p>`
  }`;
}

function namesOf({ drifted, columns }: SegmentDrift): string {
  const isJudged = Object.values(columns).some(
    ({ verdict }) => verdict === 'drifted' || verdict === 'stable',
  );
  if (!isJudged) return 'not enough data';
  const others = drifted.length - NAMED;
  const named = drifted.slice(0, NAMED).join(', ') || 'none';
  return others > 0 ? `${named} and ${count(others)} more` : named;
}

function segmentSection({ segments }: DriftReport): ReportSection[] {
  if (segments === undefined) return [];
  const all = Object.entries(segments);
  const body = table(
    [
      { heading: 'segment', cell: ([name]) => name },
      { heading: 'drifted', cell: ([, segment]) => namesOf(segment) },
      { heading: 'reference rows', cell: ([, { rows }]) => count(rows.reference), isNumber: true },
      { heading: 'current rows', cell: ([, { rows }]) => count(rows.current), isNumber: true },
    ],
    all.slice(0, SEGMENTS),
  );
  const left = all.length - SEGMENTS;
  const more = left > 0 && html`<p class="soft">${count(left)} more segments are in the JSON.</p>`;
  return [{ heading: 'By segment', body: html`${body}${more}` }];
}

/** What a page says of where its samples come from. */
export interface DriftPageHead {
  readonly title: string;
  readonly subtitle: string;
  /** What is to be said before the columns. */
  readonly lead?: readonly string[];
}

/** A drift report as a page that is whole by itself; it lists fewer columns where it would be heavy. */
export function driftPage(
  report: DriftReport,
  head: DriftPageHead,
  more: readonly ReportSection[] = [],
): string {
  let orders = listedColumns(report, LISTED);
  let page = pageOf(report, orders, { head, more });
  while (orders.columns.length > 1 && new TextEncoder().encode(page).length > HEAVIEST) {
    orders = listedColumns(report, Math.floor(0.8 * orders.columns.length));
    page = pageOf(report, orders, { head, more });
  }
  return page;
}

function pageOf(
  report: DriftReport,
  orders: ColumnOrders,
  {
    head: { title, subtitle, lead = [] },
    more,
  }: { readonly head: DriftPageHead; readonly more: readonly ReportSection[] },
): string {
  return reportPage({
    title,
    subtitle,
    summary: [...lead, ...reportWords(report)],
    facts: [
      ['drifted', count(report.drifted.length)],
      ['columns', count(Object.keys(report.columns).length)],
      ['reference rows', count(report.rows.reference)],
      ['current rows', count(report.rows.current)],
    ],
    sections: [
      {
        heading: 'Verdicts',
        body: html`${orders.choice}${verdictTable(orders)}${leftOutWords(report, orders)}`,
      },
      ...more,
      ...timeSection(report),
      ...segmentSection(report),
      shapesSection(orders, drawnChunks(report, orders)),
      { heading: 'Each side in figures', body: sidesTable(orders, DRAWN) },
      { heading: 'Figures, as other tools compute them', body: figuresTable(orders) },
    ],
  });
}
