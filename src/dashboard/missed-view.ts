import type { MissedFailure } from './answers.js';
import type { Child } from './element.js';
import { element, fragment } from './element.js';
import { count, money } from './format.js';
import { UNTOLD, lasted } from './missed.js';
import { ago, small } from './parts.js';
import { table } from './table.js';
import { conversionsInWords, span } from './words.js';

function lost({ conversionsLost, interval, valueLost, currency }: MissedFailure): Child {
  if (conversionsLost === null) return UNTOLD;
  const worth = valueLost === null ? null : money(valueLost, currency);
  const more = [interval && span(interval, count), worth];
  return fragment(conversionsInWords(conversionsLost), small(more.filter(Boolean).join(' · ')));
}

/** Failures of a journey that no alert told of: by stage, time and loss. */
export function missedView(failures: readonly MissedFailure[]): Node {
  if (failures.length === 0) {
    return element('p', { class: 'small' }, 'None was found in this stretch of time.');
  }
  const columns = [
    {
      header: 'Stage',
      hint: 'The segment, where the failure did not show in the stage as a whole',
      cell: ({ stage, segment }: MissedFailure) =>
        fragment(stage, segment !== undefined && small(segment)),
    },
    { header: 'Began', cell: ({ startedAt }: MissedFailure) => ago(startedAt) },
    { header: 'Lasted', cell: lasted },
    {
      header: 'Lost',
      hint: 'Conversions that did not happen, with the 90 % interval, by what one was worth then',
      cell: lost,
    },
    { header: 'Said by', cell: ({ sources }: MissedFailure) => sources.join(' and ') },
  ];
  return table('Failures that no alert told of', columns, failures);
}
