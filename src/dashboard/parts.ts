import type { Child } from './element.js';
import { element, svg } from './element.js';
import { localTime, relative, utcTime } from './format.js';
import type { Pair } from './answers.js';

/** A time as the reader's clock has it; pointing at it shows UTC. */
export function time(iso: string): HTMLElement {
  return element('time', { datetime: iso, title: utcTime(iso) }, localTime(iso));
}

/** How long ago; pointing at it shows the time, here and in UTC. */
export function ago(iso: string): HTMLElement {
  const title = `${localTime(iso)} (${utcTime(iso)})`;
  return element('time', { datetime: iso, title }, relative(Date.parse(iso), Date.now()));
}

/** A word in a box; its kind gives the colour, the word the meaning. */
export function chip(kind: string, ...children: readonly Child[]): HTMLElement {
  return element('span', { class: `chip ${kind}` }, ...children);
}

/** A smaller second line. */
export function small(...children: readonly Child[]): HTMLElement {
  return element('div', { class: 'small' }, ...children);
}

/** A link inside the dashboard or out of it. */
export function link(href: string, ...children: readonly Child[]): HTMLAnchorElement {
  return element('a', { href }, ...children);
}

/** A share of 0..1 as a bar with its interval as a line; the number stands beside it. */
export function shareBar(share: number, interval?: Pair): SVGSVGElement {
  const [low, high] = interval ?? [share, share];
  return svg(
    'svg',
    {
      class: 'share-bar',
      viewBox: '0 0 100 8',
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    svg('rect', { class: 'track', width: 100, height: 8 }),
    svg('rect', { class: 'value', width: 100 * share, height: 8 }),
    interval !== undefined &&
      svg('rect', { class: 'spread', x: 100 * low, y: 3, width: 100 * (high - low), height: 2 }),
  );
}

/** Names and what belongs to them. What is null is left out. */
export function facts(entries: readonly (readonly [string, Child])[]): HTMLElement {
  const told = entries.filter(([, value]) => value !== null && value !== undefined);
  const pairs = told.map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value)),
  );
  return element('dl', { class: 'facts' }, ...pairs);
}

/** The way back to the list that a page is of. */
export function crumbs(page: string, name: string): HTMLElement {
  return element('nav', { class: 'crumbs', 'aria-label': 'Way back' }, link(page, name), ' ›');
}

/** A part of a page under its own heading. */
export function section(heading: string, ...children: readonly Child[]): HTMLElement {
  return element('section', {}, element('h2', {}, heading), ...children);
}
