import { choice } from './choice.js';
import type { Journey } from './answers.js';
import { element } from './element.js';

const DAY = 86_400_000;

interface Stretch {
  readonly days: string;
  readonly text: string;
  readonly bucket: string;
}

/** Buckets are wide enough to hold some people and narrow enough to show an hour's trouble. */
const STRETCHES: readonly Stretch[] = [
  { days: '1', text: '24 hours', bucket: '15m' },
  { days: '3', text: '3 days', bucket: '30m' },
  { days: '7', text: '7 days', bucket: '1h' },
  { days: '28', text: '28 days', bucket: '6h' },
  { days: '90', text: '90 days', bucket: '1d' },
];

const USUAL = '7';

function stretchIn(query: URLSearchParams): Stretch | undefined {
  const days = query.get('days') ?? USUAL;
  return STRETCHES.find((one) => one.days === days);
}

/** The stretch of time, and the segment, that an address asks the API for. */
export function askedStretch(query: URLSearchParams, now: number): URLSearchParams {
  const days = Number(stretchIn(query)?.days ?? USUAL);
  const sent = new URLSearchParams({ from: new Date(now - days * DAY).toISOString() });
  const segment = query.get('segment');
  if (segment !== null) sent.set('segment', segment);
  return sent;
}

/** How wide the buckets of a stretch are. */
export function bucketOf(query: URLSearchParams): string {
  return stretchIn(query)?.bucket ?? '1h';
}

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
  return element(
    'div',
    { class: 'filters', role: 'group', 'aria-label': 'What is shown' },
    choice('The last', spans, stretchIn(query)?.days ?? USUAL, (days) => {
      set('days', days);
    }),
    groups.length > 1 &&
      choice('Segment', groups, query.get('segment') ?? '', (segment) => {
        set('segment', segment);
      }),
  );
}
