import type { Story } from './answers.js';
import { element, fragment } from './element.js';
import { chip, small, time } from './parts.js';
import { table, tableRow } from './table.js';
import type { Journeys } from './words.js';
import { attemptsInWords } from './words.js';

/** How many are shown at first. */
const FIRST = 20;

function trail({ stages }: Story): Node {
  const steps = stages.map(({ stage, at }) =>
    element(
      'li',
      { class: at === null ? 'missed' : 'reached' },
      stage,
      element('span', { class: 'unseen' }, at === null ? ' (not reached)' : ' (reached)'),
    ),
  );
  return element('ol', { class: 'trail' }, ...steps);
}

/** The attempts that were under way while the anomaly fired. */
export function storiesView(
  { stories, limit }: { readonly stories: readonly Story[]; readonly limit: number },
  journeys: Journeys,
): Node {
  if (stories.length === 0) {
    return element('p', { class: 'small' }, 'Nobody was under way on the touched journeys.');
  }
  const columns = [
    {
      header: 'Customer',
      hint: 'A pseudonym',
      cell: ({ actor, segment }: Story) => fragment(actor, small(segment)),
    },
    {
      header: 'Journey',
      cell: ({ journey }: Story) => journeys.get(journey)?.name ?? journey,
    },
    { header: 'How far they came', cell: trail },
    { header: 'Began', cell: ({ startedAt }: Story) => time(startedAt) },
    {
      header: 'State',
      cell: ({ state, immature }: Story) =>
        fragment(
          chip(state, state),
          immature && state !== 'converted' && small('may still convert'),
        ),
    },
  ];
  const [shown, rest] = [stories.slice(0, FIRST), stories.slice(FIRST)];
  const made = table('Affected attempts', columns, shown);
  const more = element('button', { type: 'button' }, `Show ${rest.length} more`);
  more.addEventListener('click', () => {
    made.tBodies[0]?.append(...rest.map((story) => tableRow(columns, story)));
    more.remove();
  });
  return fragment(
    element('p', {}, attemptsInWords(stories, limit)),
    made,
    rest.length > 0 && element('div', { class: 'more' }, more),
  );
}
