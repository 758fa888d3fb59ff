import type { DriftChunk } from '../core/monitoring/drift-report.js';
import { verdictWords } from '../core/monitoring/drift-words.js';
import type { ColumnOrders, Named } from './column-order.js';
import { categoryChart, histogramChart } from './distribution-chart.js';
import { verdictMark } from './drift-tables.js';
import { count } from './figures.js';
import type { Html } from './html.js';
import { breakable, html } from './html.js';
import type { ReportSection } from './page.js';
import { quantileChart, sharesChart } from './stretch-chart.js';
import { legend } from './table.js';

/** Columns whose distributions are drawn; more would make the page heavy and tell nothing. */
export const DRAWN = 60;

/** Fewer stretches of time are no way through it. */
const FEWEST = 3;

const KEY = legend([
  ['one', 'reference'],
  ['two', 'current'],
]);

/** The column in each stretch of time, over what the reference was. */
function throughTime([name, { shape }]: Named, chunks: readonly DriftChunk[]): Html | false {
  const stretches = chunks.flatMap(({ from, until, side, shapes }) => {
    const found = shapes?.[name];
    return found === undefined ? [] : [{ from, until, side, ...found }];
  });
  if (stretches.length < FEWEST) return false;
  const { reference, categories } = shape;
  const quantiles = reference?.numbers?.quantiles;
  const label = `${name}: through time`;
  if (quantiles !== undefined) return quantileChart(stretches, quantiles, label);
  return categories !== null && sharesChart(stretches, categories, label);
}

function shapeOf(named: Named, place: string, chunks: readonly DriftChunk[]): Html {
  const [name, column] = named;
  const { histogram, categories } = column.shape;
  const label = `${name}: reference and current`;
  const drawing =
    histogram !== null
      ? histogramChart(histogram, label)
      : categories !== null && categoryChart(categories, label);
  return html`<div class="card" style="${place}">
    <h3>${breakable(name)} ${verdictMark(column)}</h3>
    <p><small>${verdictWords(column)}</small></p>
    ${drawing} ${throughTime(named, chunks)}
  </div>`;
}

/** The distribution of each column: both sides over each other, then stretch by stretch. */
export function shapesSection(orders: ColumnOrders, chunks: readonly DriftChunk[]): ReportSection {
  const drawn = orders.columns.slice(0, DRAWN);
  const left = orders.columns.length - drawn.length;
  const hasTime = chunks.length >= FEWEST && chunks.some(({ shapes }) => shapes !== undefined);
  return {
    heading: hasTime
      ? 'Distributions over each other, and through time'
      : 'Distributions over each other',
    body: html`${KEY}
      ${
        hasTime &&
        html`<p class="soft">
          Through time: of each stretch the middle half and nine tenths of its values with their
          median (of categories the share), on those of the whole reference.
        </p>`
      }
      <div class="cards">
        ${drawn.map((named) => shapeOf(named, orders.placeOf(named[0]), chunks))}
      </div>
      ${left > 0 && html`<p class="soft">${count(left)} more columns are in the tables only.</p>`}`,
  };
}
