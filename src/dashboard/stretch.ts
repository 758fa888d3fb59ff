import { linkTo } from './address.js';
import { choice } from './choice.js';
import type { Journey } from './answers.js';
import { element } from './element.js';
import { localTime } from './format.js';

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

/** The end of the stretch that an address names, if it is not now. */
function endIn(query: URLSearchParams): number | null {
  const until = Date.parse(query.get('until') ?? '');
  return Number.isNaN(until) ? null : until;
}

/** The address of a journey as it was around a moment. */
export function journeyAround(journey: string, at: string): string {
  const until = new Date(Date.parse(at) + DAY / 2).toISOString();
  return linkTo(['journeys', journey], new URLSearchParams({ days: '1', until }));
}

/** The stretch of time, and the segment, that an address asks the API for. */
export function askedStretch(query: URLSearchParams, now: number): URLSearchParams {
  const days = Number(stretchIn(query)?.days ?? USUAL);
  const end = endIn(query);
  const sent = new URLSearchParams({ from: new Date((end ?? now) - days * DAY).toISOString() });
  if (end !== null) sent.set('to', new Date(end).toISOString());
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
  const end = endIn(query);
  const shown =
    end === null ? 'The last' : `Until ${localTime(new Date(end).toISOString())}, the last`;
  return element(
    'div',
    { class: 'filters', role: 'group', 'aria-label': 'What is shown' },
    choice(shown, spans, stretchIn(query)?.days ?? USUAL, (days) => {
      set('days', days);
    }),
    groups.length > 1 &&
      choice('Segment', groups, query.get('segment') ?? '', (segment) => {
        set('segment', segment);
      }),
  );
}
