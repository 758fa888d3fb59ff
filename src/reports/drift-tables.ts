import type { ReportedColumn } from '../core/monitoring/drift-report.js';
import type { DriftVerdict } from '../core/monitoring/drift-verdict.js';
import { verdictWords } from '../core/monitoring/drift-words.js';
import type { SideSummary } from '../core/monitoring/sample-summary.js';
import { SUMMARY_SHARES } from '../core/monitoring/sample-summary.js';
import type { ColumnOrders, Named } from './column-order.js';
import { count, figure, pValue } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import type { Tone } from './table.js';
import { bar, mark, table } from './table.js';

const WORDS: Readonly<Record<DriftVerdict, readonly [string, Tone]>> = {
  drifted: ['drifted', 'bad'],
  stable: ['stable', 'good'],
  'not-enough-data': ['not enough data', 'warn'],
  'not-comparable': ['not comparable', 'warn'],
};

/** The verdict in a word. */
export function verdictMark({ verdict }: ReportedColumn): Html {
  const [word, tone] = WORDS[verdict];
  return mark(word, tone);
}

/** What is said of each column, and why. */
export function verdictTable(orders: ColumnOrders): Html {
  const { columns } = orders;
  const most = Math.max(...columns.map(([, { effect }]) => Math.min(effect ?? 0, 3)), 0.1);
  return table<Named>(
    [
      { heading: 'column', cell: ([name]) => name },
      { heading: 'verdict', cell: ([, column]) => verdictMark(column) },
      { heading: 'why', cell: ([, column]) => verdictWords(column) },
      {
        heading: 'effect',
        cell: ([, { effect, verdict }]) =>
          effect !== null &&
          html`${figure(effect)} ${bar(effect / most, verdict === 'drifted' ? 'bad' : 'plain')}`,
      },
      { heading: 'p, adjusted', cell: ([, { pAdjusted }]) => pValue(pAdjusted), isNumber: true },
      {
        heading: 'found from',
        cell: ([, column]) => figure(column.minimumDetectableEffect),
        isNumber: true,
      },
    ],
    columns,
    ([name]) => orders.placeOf(name),
  );
}

/** Each column as other tools would see it. */
export function figuresTable(orders: ColumnOrders): Html {
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
  return table<Named>(
    [{ heading: 'column', cell: ([name]) => name }, ...numbers],
    orders.columns,
    ([name]) => orders.placeOf(name),
  );
}

interface Side {
  /** Of the column. */
  readonly of: string;
  readonly name: string;
  readonly summary: SideSummary;
}

/** Two lines a column, one a side. */
export function sidesTable(orders: ColumnOrders, most: number): Html {
  const sides = orders.columns.slice(0, most).flatMap(([of, { shape }]) =>
    [
      { of, name: of, summary: shape.reference },
      { of, name: '… now', summary: shape.current },
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
    ({ of }) => orders.placeOf(of),
  );
}
