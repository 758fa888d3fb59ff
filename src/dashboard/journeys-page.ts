import type { Journey } from './answers.js';
import { element, fragment } from './element.js';
import { fill, filled } from './fill.js';
import { funnelView } from './funnel-view.js';
import { emptyNotice } from './notices.js';
import { link } from './parts.js';
import { getFunnel, getJourneys } from './requests.js';
import type { Page } from './page.js';
import { linkTo } from './address.js';
import { askedStretch } from './stretch.js';
import { stretchChoice } from './stretch-choice.js';

function card(journey: Journey, query: URLSearchParams): HTMLElement {
  const asked = askedStretch(query, Date.now());
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, link(linkTo(['journeys', journey.key], query), journey.name)),
    filled(async () => funnelView(await getFunnel(journey.key, asked), journey)),
    element(
      'p',
      {},
      link(linkTo(['journeys', journey.key], query), `Each stage of ${journey.name} over time`),
    ),
  );
}

async function cards(query: URLSearchParams): Promise<Node> {
  const journeys = await getJourneys();
  if (journeys.length > 0) return fragment(...journeys.map((journey) => card(journey, query)));
  return emptyNotice(
    'No journeys yet',
    element(
      'p',
      {},
      'A journey is a path that your customers take, as an ordered list of stages. Define one with ',
      element('code', {}, 'POST /v1/journeys'),
      ', or see a whole world with ',
      element('code', {}, 'npx throughline demo'),
      ' in another terminal.',
    ),
  );
}

/** The funnel of each journey. */
export const journeysPage: Page = ({ query }) => {
  const place = element('div', { class: 'place' });
  const filters = stretchChoice(query, [], (changed) => {
    history.replaceState(null, '', linkTo(['journeys'], changed));
    void fill(place, () => cards(changed));
  });
  void fill(place, () => cards(query));
  return {
    title: 'Journeys',
    content: fragment(element('h1', {}, 'How far customers come'), filters, place),
  };
};
