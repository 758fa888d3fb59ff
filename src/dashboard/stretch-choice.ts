import type { Journey } from './answers.js';
import { choice } from './choice.js';
import { element } from './element.js';
import { localTime } from './format.js';
import { STRETCHES, daysIn, endIn } from './stretch.js';

/** Chooses the stretch of time, and the segment where the journey has some. */
export function stretchChoice(
  query: URLSearchParams,
  segments: Journey['segments'],
  onChange: (query: URLSearchParams) => void,
): HTMLElement {
  const changed = new URLSearchParams(query);
  const set = (name: string, value: string): void => {
    if (value === '') changed.delete(name);
    else changed.set(name, value);
    onChange(new URLSearchParams(changed));
  };
  const spans = STRETCHES.map(({ days, text }) => ({ value: days, text }));
  const groups = [
    { value: '', text: 'all' },
    ...(segments ?? []).map((segment) => ({ value: segment, text: segment })),
  ];
  const end = endIn(query, Date.now());
  const shown =
    end === null ? 'The last' : `Until ${localTime(new Date(end).toISOString())}, the last`;
  return element(
    'div',
    { class: 'filters', role: 'group', 'aria-label': 'What is shown' },
    choice(shown, spans, daysIn(query), (days) => {
      set('days', days);
    }),
    groups.length > 1 &&
      choice('Segment', groups, query.get('segment') ?? '', (segment) => {
        set('segment', segment);
      }),
  );
}
