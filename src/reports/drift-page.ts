import type { DriftReport, ReportedColumn } from '../core/monitoring/drift-report.js';
import type { DriftVerdict } from '../core/monitoring/drift-verdict.js';
import { reportWords, verdictWords } from '../core/monitoring/drift-words.js';
import type { SideSummary } from '../core/monitoring/sample-summary.js';
import { SUMMARY_SHARES } from '../core/monitoring/sample-summary.js';
import { categoryChart, histogramChart } from './distribution-chart.js';
import { count, figure, pValue } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { lineChart } from './line-chart.js';
import type { ReportSection } from './page.js';
import { reportPage } from './page.js';
import type { Colour, Tone } from './table.js';
import { bar, legend, mark, table } from './table.js';

/** Columns whose distributions are drawn; more would make the page heavy and tell nothing. */
const DRAWN = 60;

/** Columns whose way through time is drawn. */
const FOLLOWED = 4;

const WORDS: Readonly<Record<DriftVerdict, readonly [string, Tone]>> = {
  drifted: ['drifted', 'bad'],
  stable: ['stable', 'good'],
  'not-enough-data': ['not enough data', 'warn'],
  'not-comparable': ['not comparable', 'warn'],
};

type Named = readonly [name: string, column: ReportedColumn];

/** Drifted ones first, then what could not be judged, each by its effect. */
function ranked({ columns }: DriftReport): Named[] {
  const place: Record<DriftVerdict, number> = {
    drifted: 0,
    'not-comparable': 1,
    'not-enough-data': 2,
    stable: 3,
  };
  return Object.entries(columns).sort(
    ([, a], [, b]) => place[a.verdict] - place[b.verdict] || (b.effect ?? 0) - (a.effect ?? 0),
  );
}

function verdictMark({ verdict }: ReportedColumn): Html {
  const [word, tone] = WORDS[verdict];
  return mark(word, tone);
}

function verdictTable(columns: readonly Named[]): Html {
  const most = Math.max(...columns.map(([, { effect }]) => Math.min(effect ?? 0, 3)), 0.1);
  return table<Named>(
    [
      { heading: 'column', cell: ([name]) => name },
      { heading: 'verdict', cell: ([, column]) => verdictMark(column) },
      { heading: 'why', cell: ([, column]) => verdictWords(column) },
      {
        heading: 'effect',
        cell: ([, { effect, verdict }]) =>
          effect !== null && bar(effect / most, verdict === 'drifted' ? 'bad' : 'plain'),
      },
      { heading: 'p, adjusted', cell: ([, { pAdjusted }]) => pValue(pAdjusted), isNumber: true },
      {
        heading: 'found from',
        cell: ([, column]) => figure(column.minimumDetectableEffect),
        isNumber: true,
      },
    ],
    columns,
  );
}

function figuresTable(columns: readonly Named[]): Html {
  const cell = (of: (column: ReportedColumn) => number | null | undefined) => (named: Named) =>
    figure(of(named[1]));
  const numbers = (
    [
      ['PSI', ({ psi }) => psi],
      ['KS', ({ ks }) => ks?.statistic],
      ['Wasserstein', ({ wasserstein }) => wasserstein],
      ['… in sd', ({ wassersteinScaled }) => wassersteinScaled],
      ['Jensen-Shannon', ({ jensenShannon }) => jensenShannon],
      ['… base 2', ({ jensenShannonBase2 }) => jensenShannonBase2],
      ['chi-square', ({ chiSquare }) => chiSquare?.statistic],
    ] as const satisfies readonly [string, (column: ReportedColumn) => number | null | undefined][]
  ).map(([heading, of]) => ({ heading, cell: cell(of), isNumber: true }));
  return table<Named>([{ heading: 'column', cell: ([name]) => name }, ...numbers], columns);
}

interface Side {
  readonly name: string;
  readonly summary: SideSummary;
}

/** Two lines a column, one a side. */
function sidesTable(columns: readonly Named[]): Html {
  const sides = columns.flatMap(([name, { shape }]) =>
    [
      { name, summary: shape.reference },
      { name: '… now', summary: shape.current },
    ].filter((side): side is Side => side.summary !== null),
  );
  const number = (heading: string, of: (summary: SideSummary) => number | null | undefined) => ({
    ...{ heading, isNumber: true },
    cell: ({ summary }: Side) => figure(of(summary)),
  });
  return table<Side>(
    [
      { heading: 'column', cell: ({ name }) => name },
      { heading: 'rows', cell: ({ summary }) => count(summary.rows), isNumber: true },
      number('missing, %', ({ missing }) => 100 * missing),
      number('mean', ({ numbers }) => numbers?.mean),
      number('sd', ({ numbers }) => numbers?.deviation),
      ...SUMMARY_SHARES.map((share, i) =>
        number(
          share === 0.5 ? 'median' : `${100 * share} %`,
          ({ numbers }) => numbers?.quantiles[i],
        ),
      ),
      number('kinds', ({ categories }) => categories),
    ],
    sides,
  );
}

const KEY = legend([
  ['one', 'reference'],
  ['two', 'current'],
]);

function shapeOf([name, column]: Named): Html {
  const { histogram, categories } = column.shape;
  const label = `${name}: reference and current`;
  const drawing =
    histogram !== null
      ? histogramChart(histogram, label)
      : categories !== null && categoryChart(categories, label);
  return html`<div class="card">
    <h3>${name} ${verdictMark(column)}</h3>
    <p><small>${verdictWords(column)}</small></p>
    ${drawing}
  </div>`;
}

function shapesSection(columns: readonly Named[]): ReportSection {
  const drawn = columns.slice(0, DRAWN);
  const left = columns.length - drawn.length;
  return {
    heading: 'Distributions over each other',
    body: html`${KEY}
      <div class="cards">${drawn.map(shapeOf)}</div>
      ${left > 0 && html`<p class="soft">${count(left)} more columns are in the tables only.</p>`}`,
  };
}

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
    width: 1000,
    height: 200,
  });
  const body = html`<p>
      How far each stretch of time is from the whole reference, in standard deviations; the dashed
      line is the floor. The first stretches are the reference itself.
    </p>
    ${chart}${legend(lines.map(({ colour, name }) => [colour, name] as const))}`;
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
  const columns = ranked(report);
  return reportPage({
    title,
    subtitle,
    summary: [...lead, ...reportWords(report)],
    facts: [
      ['drifted', count(report.drifted.length)],
      ['columns', count(columns.length)],
      ['reference rows', count(report.rows.reference)],
      ['current rows', count(report.rows.current)],
    ],
    sections: [
      { heading: 'Verdicts', body: verdictTable(columns) },
      ...more,
      ...timeSection(report),
      ...segmentSection(report),
      shapesSection(columns),
      { heading: 'Each side in figures', body: sidesTable(columns.slice(0, DRAWN)) },
      { heading: 'Figures, as other tools compute them', body: figuresTable(columns) },
    ],
  });
}
