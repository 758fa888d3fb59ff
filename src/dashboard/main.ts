import { anomalyPage } from './anomaly-page.js';
import { UNAUTHENTICATED } from './api.js';
import { auditPage } from './audit-page.js';
import { element, fragment } from './element.js';
import { journeyPage } from './journey-page.js';
import { journeysPage } from './journeys-page.js';
import { modelPage } from './model-page.js';
import { modelsPage } from './models-page.js';
import { emptyNotice } from './notices.js';
import { ProblemError } from './problem-error.js';
import { queuePage } from './queue-page.js';
import { reportsPage } from './reports-page.js';
import type { Route } from './address.js';
import type { Page, View } from './page.js';
import { keyInFragment, parseRoute } from './address.js';
import { forgetKey, keepKey, sessionKey } from './session.js';
import { signIn } from './sign-in.js';
import { suggestionPage } from './suggestion-page.js';
import { suggestionsPage } from './suggestions-page.js';

const main = document.querySelector('main');
const nav = document.querySelector<HTMLElement>('#nav');

const lost: Page = () => ({
  title: 'Not found',
  content: fragment(
    element('h1', {}, 'There is no such page'),
    emptyNotice('Nothing here', element('p', {}, element('a', { href: '#/queue' }, 'The queue'))),
  ),
});

/** The page of a list, and that of one of its things. */
const PAGES: Readonly<Record<string, readonly [list: Page, one: Page]>> = {
  queue: [queuePage, queuePage],
  anomalies: [queuePage, anomalyPage],
  journeys: [journeysPage, journeyPage],
  audit: [auditPage, auditPage],
  models: [modelsPage, modelPage],
  reports: [reportsPage, reportsPage],
  thresholds: [suggestionsPage, suggestionPage],
};

function pageOf({ page, parts }: Route): Page {
  const [list, one] = Object.hasOwn(PAGES, page) ? (PAGES[page] ?? [lost, lost]) : [lost, lost];
  return parts.length > 0 ? one : list;
}

function markPlace(page: string | null): void {
  if (nav === null) return;
  nav.hidden = page === null;
  for (const item of nav.querySelectorAll<HTMLElement>('[data-page]')) {
    const own = item.dataset['page'];
    const isHere = own === page || (own === 'queue' && page === 'anomalies');
    if (isHere) item.setAttribute('aria-current', 'page');
    else item.removeAttribute('aria-current');
  }
}

function rename(title: string): void {
  document.title = `${title} · Throughline`;
}

let shown = Symbol('shown');

/** Draws a page; once another is shown it has no say in the title any more. */
function put(page: (rename: (title: string) => void) => View): void {
  const own = Symbol('shown');
  shown = own;
  const { title, content } = page((name) => {
    if (shown === own) rename(name);
  });
  rename(title);
  main?.replaceChildren(content);
}

function askForKey(problem: ProblemError | null): void {
  markPlace(null);
  put(() => ({ title: 'Sign in', content: signIn(problem, show) }));
  main?.querySelector('input')?.focus();
}

/** Shows the page that the address names, or asks for the key first. */
function show(): void {
  const brought = keyInFragment(location.hash);
  if (brought !== null) {
    keepKey(brought);
    history.replaceState(null, '', '#/queue');
  }
  if (sessionKey() === null) {
    askForKey(null);
    return;
  }
  const route = parseRoute(location.hash);
  markPlace(route.page);
  put((name) => pageOf(route)(route, name));
  scrollTo(0, 0);
}

addEventListener('hashchange', () => {
  show();
  main?.focus();
});

// Its anchor would take the place of the page's own address.
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault();
  main?.focus();
});

document.addEventListener(UNAUTHENTICATED, (event) => {
  forgetKey();
  const problem: unknown = event instanceof CustomEvent ? event.detail : null;
  askForKey(problem instanceof ProblemError ? problem : null);
});

document.querySelector('#sign-out')?.addEventListener('click', () => {
  forgetKey();
  askForKey(null);
});

show();
