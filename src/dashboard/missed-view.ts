import type { Journey } from './answers.js';
import { element, fragment } from './element.js';
import { count, duration } from './format.js';
import type { Timed } from './missed.js';
import { ago, small } from './parts.js';
import { table } from './table.js';
import { conversionsInWords, span, worth } from './words.js';

/** Failures of a journey that no alert told of: by stage, time and loss. */
export function missedView(failures: readonly Timed[], journey: Journey): Node {
  if (failures.length === 0) {
    return element('p', { class: 'small' }, 'None was found in this stretch of time.');
  }
  const lasted = ({ startedAt, endedAt }: Timed): number =>
    (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  const columns = [
    {
      header: 'Stage',
      hint: 'The segment, where the failure did not show in the stage as a whole',
      cell: ({ stage, segment }: Timed) => fragment(stage, segment !== undefined && small(segment)),
    },
    { header: 'Began', cell: ({ startedAt }: Timed) => ago(startedAt) },
    { header: 'Lasted', cell: (one: Timed) => duration(lasted(one)) },
    {
      header: 'Lost',
      hint: 'Conversions that did not happen, with the 90 % interval',
      cell: ({ conversionsLost = 0, interval }: Timed) =>
        fragment(
          conversionsInWords(conversionsLost),
          small(
            [interval && span(interval, count), worth(conversionsLost, journey)]
              .filter(Boolean)
              .join(' · '),
          ),
        ),
    },
  ];
  return table('Failures that no alert told of', columns, failures);
}
