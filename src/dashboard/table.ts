import type { Child } from './element.js';
import { element } from './element.js';

/** One column: what stands over it and in each of its cells. */
export interface Column<Row> {
  readonly header: string;
  /** Explains the header to those who point at it. */
  readonly hint?: string;
  readonly numeric?: boolean;
  readonly cell: (row: Row) => Child;
}

// On a narrow screen rows are laid out as cards, which takes their roles from them: so they are said.

/** One row of a table. */
export function tableRow<Row>(columns: readonly Column<Row>[], row: Row): HTMLElement {
  const cells = columns.map(({ header, numeric, cell }) =>
    element(
      'td',
      { role: 'cell', 'data-header': header, class: numeric === true ? 'number' : null },
      element('div', {}, cell(row)),
    ),
  );
  return element('tr', { role: 'row' }, ...cells);
}

/** A table that becomes cards on a narrow screen; the caption is for those who cannot see it. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): HTMLTableElement {
  const headers = columns.map(({ header, hint, numeric }) =>
    element(
      'th',
      {
        scope: 'col',
        role: 'columnheader',
        title: hint,
        class: numeric === true ? 'number' : null,
      },
      header,
    ),
  );
  return element(
    'table',
    { role: 'table' },
    element('caption', { class: 'unseen' }, caption),
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headers)),
    element('tbody', { role: 'rowgroup' }, ...rows.map((row) => tableRow(columns, row))),
  );
}
