import type { Html, HtmlPart } from './html.js';
import { breakable, html } from './html.js';

/** A column of a table: its heading, and what it says of a row. */
export interface TableColumn<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => HtmlPart;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
}

/** Names break where their words end; an interval may stand below its figure. */
function said<Row>({ cell, isNumber }: TableColumn<Row>, row: Row): HtmlPart {
  const part = cell(row);
  if (typeof part !== 'string') return part;
  if (!isNumber) return breakable(part);
  const [, value, interval] = /^(\S+) (\(.*\))$/.exec(part) ?? [];
  return interval === undefined ? part : html`${value} <span class="beside">${interval}</span>`;
}

/**
 * A table of rows; wide ones scroll by themselves. `placeOf` is a row's style with its places in
 * the orders that the reader may choose.
 */
export function table<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  placeOf?: (row: Row) => string,
): Html {
  const nameOf = ({ isNumber }: TableColumn<Row>): string => (isNumber ? 'n' : 'name');
  const head = columns.map((column) => html`<th class="${nameOf(column)}">${column.heading}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr ${placeOf && html`style="${placeOf(row)}"`}>
        ${columns.map((column) => html`<td class="${nameOf(column)}">${said(column, row)}</td>`)}
      </tr> `,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table">
    <table ${placeOf && html`class="ordered" style="--columns:${columns.length}"`}>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

/** How a word is meant: bad news, good news, a doubt, or none of these. */
export type Tone = 'bad' | 'good' | 'warn' | 'plain';

/** A word on a coloured ground. */
export function mark(word: string, tone: Tone): Html {
  return html`<span class="mark ${tone}">${word}</span>`;
}

/** A bar that fills a share (0..1) of its track. */
export function bar(share: number, tone: Tone = 'plain'): Html {
  const width = (100 * Math.min(1, Math.max(0, share))).toFixed(1);
  return html`<span class="bar"><i class="${tone}" style="width:${width}%"></i></span>`;
}

/** Shares of one track beside each other, each in its colour; what is left of it stays empty. */
export function bars(shares: readonly (readonly [share: number, colour: Colour])[]): Html {
  const parts = shares.map(
    ([share, colour]) =>
      html`<i
        style="width:${(100 * (share || 0)).toFixed(1)}%;background:var(${VARIABLES[colour]})"
      ></i>`,
  );
  return html`<span class="bar">${parts}</span>`;
}

/**
 * What colours mean: `one`, `two`, `three` and `four` are the charts' lines, `ideal` what should be,
 * `none` an empty track.
 */
export type Key = readonly (readonly [colour: Colour | 'ideal' | 'none', name: string])[];

const VARIABLES = {
  one: '--one',
  two: '--two',
  three: '--good',
  four: '--bad',
  ideal: '--soft',
  none: '--track',
} as const;

/** Names colours. */
export function legend(names: Key): Html {
  return html`<div class="key">
    ${names.map(
      ([colour, name]) => html`<span style="--c:var(${VARIABLES[colour]})">${name}</span>`,
    )}
  </div>`;
}

/** The colours of charts. */
export type Colour = 'one' | 'two' | 'three' | 'four';
