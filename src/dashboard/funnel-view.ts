import type { FunnelStep, Journey } from './answers.js';
import { element, fragment } from './element.js';
import { count, duration, percent } from './format.js';
import { emptyNotice } from './notices.js';
import { shareBar, small } from './parts.js';
import { table } from './table.js';

const NONE = '–';

/** How many people reached each stage of a journey, and how long they took. */
export function funnelView(steps: readonly FunnelStep[], { name, window }: Journey): Node {
  if ((steps[0]?.reached ?? 0) === 0) {
    return emptyNotice(
      'Nobody entered in this stretch of time',
      element(
        'p',
        {},
        'Choose a longer one, or send events: ',
        element('code', {}, 'POST /v1/events'),
      ),
    );
  }
  const columns = [
    { header: 'Stage', cell: ({ stage }: FunnelStep) => stage },
    {
      header: 'Share of all',
      cell: ({ rateFromFirst }: FunnelStep) => shareBar(rateFromFirst ?? 0),
    },
    { header: 'People', numeric: true, cell: ({ reached }: FunnelStep) => count(reached) },
    {
      header: 'Of the first',
      numeric: true,
      cell: ({ rateFromFirst }: FunnelStep) =>
        rateFromFirst === null ? NONE : percent(rateFromFirst),
    },
    {
      header: 'Of the one before',
      numeric: true,
      cell: (step: FunnelStep) =>
        step === steps[0] || step.rateFromPrevious === null ? NONE : percent(step.rateFromPrevious),
    },
    {
      header: 'Median time',
      numeric: true,
      cell: ({ secondsFromPrevious: seconds }: FunnelStep) =>
        seconds === null
          ? NONE
          : fragment(duration(seconds.median), small(`9 of 10 within ${duration(seconds.p90)}`)),
    },
  ];
  return fragment(
    table(`Funnel of ${name}`, columns, steps),
    element(
      'p',
      { class: 'small' },
      `Distinct people, each within ${window} of entry. Those still inside it may yet go on.`,
    ),
  );
}
