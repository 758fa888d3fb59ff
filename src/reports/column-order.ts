import type { ReportedColumn } from '../core/monitoring/drift-report.js';
import type { DriftVerdict } from '../core/monitoring/drift-verdict.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** A column of a drift report with its name. */
export type Named = readonly [name: string, column: ReportedColumn];

const PLACE: Readonly<Record<DriftVerdict, number>> = {
  drifted: 0,
  'not-comparable': 1,
  'not-enough-data': 2,
  stable: 3,
};

type Compare = (a: Named, b: Named) => number;

const largest =
  (of: (column: ReportedColumn) => number | null | undefined): Compare =>
  ([, a], [, b]) =>
    (of(b) ?? -1) - (of(a) ?? -1);

const byEffect = largest(({ effect }) => effect);

/** The first is how columns lie in the page; the style sheet knows as many of them. */
const ORDERS: readonly (readonly [name: string, compare: Compare])[] = [
  ['verdict', (a, b) => PLACE[a[1].verdict] - PLACE[b[1].verdict] || byEffect(a, b)],
  ['effect', byEffect],
  ['PSI', largest(({ psi }) => psi)],
  ['share missing now', largest(({ shape }) => shape.current?.missing)],
  ['name', ([a], [b]) => (a < b ? -1 : 1)],
];

/** Columns in the orders that a reader may choose between, by style alone. */
export class ColumnOrders {
  /** By verdict, drifted ones first, each by its effect. */
  readonly columns: readonly Named[];
  private readonly places = new Map<string, string>();

  constructor(columns: Readonly<Record<string, ReportedColumn>>) {
    const orders = ORDERS.map(([, compare]) => Object.entries(columns).sort(compare));
    this.columns = orders[0] ?? [];
    for (const [order, sorted] of orders.entries()) {
      sorted.forEach(([name], i) => {
        this.places.set(name, `${this.placeOf(name)}--o${order}:${i + 1};`);
      });
    }
  }

  /** The style of whatever tells of a column. */
  placeOf(name: string): string {
    return this.places.get(name) ?? '';
  }

  /** What a reader chooses with. */
  get choice(): Html {
    return html`<fieldset class="order">
      <legend>Columns in order of</legend>
      ${ORDERS.map(
        ([name], i) =>
          html`<label
            ><input type="radio" name="order" id="o${i}" ${i === 0 && 'checked'} /> ${name}</label
          > `,
      )}
    </fieldset>`;
  }
}
