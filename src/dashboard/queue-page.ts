import type { Prediction, QueueItem, QueuePage } from './answers.js';
import { element, fragment } from './element.js';
import { fill, filled } from './fill.js';
import { emptyNotice, problemNotice } from './notices.js';
import { queueColumns } from './queue-columns.js';
import { queueFilters } from './queue-filters.js';
import { getJourneys, getQueue } from './requests.js';
import type { Page } from './page.js';
import { linkTo } from './address.js';
import type { Column } from './table.js';
import { table, tableRow } from './table.js';
import type { Journeys } from './words.js';

const PAGE_SIZE = '25';

const FILTERS = ['journey', 'stage', 'state', 'min_priority'];
const ASKED = [...FILTERS, 'sort'];

/** What the address says, less what the API does not know. */
function asked(query: URLSearchParams, cursor?: string): URLSearchParams {
  const known = [...query].filter(([name]) => ASKED.includes(name));
  const sent = new URLSearchParams([...known, ['limit', PAGE_SIZE]]);
  if (cursor !== undefined) sent.set('cursor', cursor);
  return sent;
}

/** The highest of the predictions that the filters ask for; the highest of all where none does. */
function predictionFor(query: URLSearchParams): (item: QueueItem) => Prediction | undefined {
  const [journey, stage] = [query.get('journey'), query.get('stage')];
  return ({ predictions }) =>
    predictions.find(
      (one) =>
        (journey === null || one.journey === journey) && (stage === null || one.stage === stage),
    ) ?? predictions[0];
}

function nothing(query: URLSearchParams, journeys: Journeys): Node {
  if (FILTERS.some((name) => query.has(name))) {
    return emptyNotice(
      'No anomaly matches these filters',
      element('p', {}, element('a', { href: '#/queue' }, 'Show all anomalies')),
    );
  }
  const code = (text: string): HTMLElement => element('code', {}, text);
  return emptyNotice(
    'No anomalies yet',
    element(
      'p',
      {},
      'To see a whole world at work, run ',
      code('npx throughline demo'),
      ' in another terminal and press Refresh.',
    ),
    element('p', {}, 'To begin with your own:'),
    element(
      'ol',
      {},
      element(
        'li',
        {},
        journeys.size === 0 ? 'define a journey: ' : 'define a journey (done): ',
        code('POST /v1/journeys'),
      ),
      element('li', {}, 'send what customers do: ', code('POST /v1/events')),
      element(
        'li',
        {},
        'send anomalies: ',
        code('POST /v1/anomalies'),
        ', or point an Alertmanager webhook at ',
        code('/v1/ingest/alertmanager/{source}'),
      ),
    ),
    element('p', {}, element('a', { href: '/docs' }, 'The API, with the shape of every body')),
  );
}

function moreButton(
  query: URLSearchParams,
  columns: readonly Column<QueueItem>[],
  { rows, next }: { readonly rows: HTMLElement; readonly next: string },
): HTMLElement {
  const button = element('button', { type: 'button' }, 'Show more');
  const place = element('div', { class: 'more' }, button);
  let cursor: string | undefined = next;
  const add = async (): Promise<void> => {
    button.disabled = true;
    try {
      const page = await getQueue(asked(query, cursor));
      const made = page.items.map((item) => tableRow(columns, item));
      rows.append(...made);
      cursor = page.next;
      place.replaceChildren(...(cursor === undefined ? [] : [button]));
      made[0]?.querySelector('a')?.focus();
    } catch (error) {
      place.replaceChildren(problemNotice(error), button);
    }
    button.disabled = false;
  };
  button.addEventListener('click', () => void add());
  return place;
}

function ranked(page: QueuePage, query: URLSearchParams, journeys: Journeys): Node {
  if (page.items.length === 0) return nothing(query, journeys);
  const columns = queueColumns(journeys, predictionFor(query));
  const made = table('Predicted impacts, ranked', columns, page.items);
  const rows = made.tBodies[0];
  const { next } = page;
  return fragment(
    made,
    rows !== undefined && next !== undefined && moreButton(query, columns, { rows, next }),
  );
}

/** The ranked queue of predicted impacts. */
export const queuePage: Page = (route) => {
  let { query } = route;
  const results = element('div', { class: 'place' });
  const load = async (): Promise<Node> => {
    const known = await getJourneys();
    const journeys = new Map(known.map((journey) => [journey.key, journey]));
    const show = async (): Promise<Node> => ranked(await getQueue(asked(query)), query, journeys);
    const filters = queueFilters(journeys, query, (changed) => {
      query = changed;
      history.replaceState(null, '', linkTo(['queue'], query));
      void fill(results, show);
    });
    const refresh = element('button', { type: 'button' }, 'Refresh');
    refresh.addEventListener('click', () => void fill(results, show));
    filters.append(refresh);
    void fill(results, show);
    return fragment(filters, results);
  };
  const heading = element('h1', {}, 'Which anomalies will break a customer’s journey');
  return { title: 'Queue', content: fragment(heading, filled(load)) };
};
