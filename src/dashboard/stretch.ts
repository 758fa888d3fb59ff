import { linkTo } from './address.js';

const DAY = 86_400_000;

interface Stretch {
  readonly days: string;
  readonly text: string;
  readonly bucket: string;
}

/** Buckets are wide enough to hold some people and narrow enough to show an hour's trouble. */
export const STRETCHES: readonly Stretch[] = [
  { days: '1', text: '24 hours', bucket: '15m' },
  { days: '3', text: '3 days', bucket: '30m' },
  { days: '7', text: '7 days', bucket: '1h' },
  { days: '28', text: '28 days', bucket: '6h' },
  { days: '90', text: '90 days', bucket: '1d' },
];

const USUAL = '7';

/** The days that an address asks for. */
export function daysIn(query: URLSearchParams, usual = USUAL): string {
  return stretchIn(query)?.days ?? usual;
}

function stretchIn(query: URLSearchParams): Stretch | undefined {
  const days = query.get('days');
  return STRETCHES.find((one) => one.days === days);
}

/** The end of the stretch that an address names; null is now, of which there is nothing beyond. */
export function endIn(query: URLSearchParams, now: number): number | null {
  const until = Date.parse(query.get('until') ?? '');
  return until < now ? until : null;
}

/** The day, by the reader's clock, that a stretch with this end ends with: `2026-11-20`. */
export function lastDay(end: number): string {
  const at = new Date(end - 1);
  const parts = [at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0'));
  return [at.getFullYear(), ...parts].join('-');
}

/** When such a day is over. */
export function dayEnds(day: string): string {
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + 1);
  return at.toISOString();
}

/** The address of a journey as it was around a moment. */
export function journeyAround(journey: string, at: string): string {
  const until = new Date(Date.parse(at) + DAY / 2).toISOString();
  return linkTo(['journeys', journey], new URLSearchParams({ days: '1', until }));
}

/** The stretch of time, and the segment, that an address asks the API for. */
export function askedStretch(query: URLSearchParams, now: number): URLSearchParams {
  const days = Number(daysIn(query));
  const end = endIn(query, now);
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
