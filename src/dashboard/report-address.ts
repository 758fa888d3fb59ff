import type { Route } from './address.js';
import { linkTo } from './address.js';
import { askedStretch, daysIn } from './stretch.js';

/** A report as an address names it, and what it says of the stretch of time. */
export interface AskedReport {
  /** One of those that are made when asked for, `nightly` for the newest kept one, or a kept one's id. */
  readonly name: string;
  readonly query: URLSearchParams;
}

/** Reports that are made when asked for, with the days that the API looks back unless told otherwise. */
const MADE: Readonly<Record<string, { readonly text: string; readonly days: string }>> = {
  performance: { text: 'Performance', days: '90' },
  drift: { text: 'Drift', days: '7' },
  'data-quality': { text: 'Data quality', days: '7' },
};

/** The newest of the drift reports that are kept every night. */
export const NIGHTLY = 'nightly';

const NIGHTLY_TEXT = 'Nightly drift';

/** What may be chosen between; any kept report is a nightly one. */
export const REPORTS = [
  ...Object.entries(MADE).map(([value, { text }]) => ({ value, text })),
  { value: NIGHTLY, text: NIGHTLY_TEXT },
];

function madeReport(name: string): (typeof MADE)[string] | undefined {
  return Object.hasOwn(MADE, name) ? MADE[name] : undefined;
}

/** The report that an address asks for. */
export function reportIn({ parts: [name = 'performance'], query }: Route): AskedReport {
  return { name, query };
}

/** Which of the reports that may be chosen it is. */
export function kindOf(name: string): string {
  return madeReport(name) === undefined ? NIGHTLY : name;
}

/** What it is called. */
export function titleOf(name: string): string {
  return `${madeReport(name)?.text ?? NIGHTLY_TEXT} report`;
}

/** The file that it is saved as. */
export function reportFileName(name: string): string {
  return madeReport(name) === undefined ? `${name}.html` : `throughline-${name}.html`;
}

/** The days that it looks back. */
export function reportDays({ name, query }: AskedReport): string {
  return daysIn(query, madeReport(name)?.days);
}

/** The address of a report; a kept one is of its own stretch of time. */
export function reportLink({ name, query }: AskedReport): string {
  return linkTo(['reports', name], madeReport(name) && query);
}

/** The stretch that the API is asked for; where none was chosen it knows best. */
export function reportStretch(asked: AskedReport, now: number): URLSearchParams {
  const { name, query } = asked;
  const until = query.get('until');
  const isChosen = until !== null || query.has('days');
  if (madeReport(name) === undefined || !isChosen) return new URLSearchParams();
  const stretch = new URLSearchParams({ days: reportDays(asked) });
  if (until !== null) stretch.set('until', until);
  return askedStretch(stretch, now);
}
