import type { Journey, Metrics } from './answers.js';
import { element, fragment } from './element.js';
import { fill, filled } from './fill.js';
import { price } from './format.js';
import { funnelView } from './funnel-view.js';
import { missedView } from './missed-view.js';
import { crumbs, facts, section, small } from './parts.js';
import { getFunnel, getJourney, getMetrics, getMissed } from './requests.js';
import type { Page } from './page.js';
import { linkTo } from './address.js';
import { stageFigure } from './stage-figure.js';
import { askedStretch, bucketOf } from './stretch.js';
import { stretchChoice } from './stretch-choice.js';

function list(assumptions: Journey['assumptions']): HTMLElement | null {
  if (assumptions === undefined || assumptions.length === 0) return null;
  return element('ul', {}, ...assumptions.map((one) => element('li', {}, one)));
}

function headline(journey: Journey): Node {
  const { name, owner, window, valuePerConversion, currency, version, assumptions } = journey;
  const value = valuePerConversion === undefined ? null : price(valuePerConversion, currency);
  return fragment(
    element('h1', {}, name),
    facts([
      ['Owner', owner],
      ['Window', window],
      ['Value of a conversion', value ?? 'not stated'],
      ['Version', version],
      ['Assumes', list(assumptions)],
    ]),
  );
}

function charts({ stages, to, computedAt }: Metrics): Node {
  const figures = stages.map((stage, index) => stageFigure(stage, index === stages.length - 1, to));
  return fragment(computedAt === null && small('No events in this stretch of time.'), ...figures);
}

function body(journey: Journey, query: URLSearchParams): Node {
  const { key } = journey;
  const asked = askedStretch(query, Date.now());
  const bucketed = new URLSearchParams([...asked, ['bucket', bucketOf(query)]]);
  return fragment(
    section(
      'Funnel',
      filled(async () => funnelView(await getFunnel(key, asked), journey)),
    ),
    section(
      'Each stage over time',
      filled(async () => charts(await getMetrics(key, bucketed))),
    ),
    section(
      'Failures that no alert told of',
      filled(async () => missedView(await getMissed(key, asked))),
    ),
  );
}

function detail(journey: Journey, query: URLSearchParams): Node {
  const place = element('div', { class: 'place' });
  const show = (asked: URLSearchParams): void => {
    void fill(place, () => Promise.resolve(body(journey, asked)));
  };
  const filters = stretchChoice(query, journey.segments, (changed) => {
    history.replaceState(null, '', linkTo(['journeys', journey.key], changed));
    show(changed);
  });
  show(query);
  return fragment(headline(journey), filters, place);
}

/** One journey: its funnel, and each of its stages over time against what is usual. */
export const journeyPage: Page = ({ parts: [key = ''], query }, rename) => ({
  title: key,
  content: fragment(
    crumbs('#/journeys', 'Journeys'),
    filled(async () => {
      const journey = await getJourney(key);
      rename(journey.name);
      return detail(journey, query);
    }, `Journey ${key}`),
  ),
});
