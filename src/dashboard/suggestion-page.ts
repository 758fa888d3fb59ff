import { linkTo } from './address.js';
import type { Child } from './element.js';
import { element, fragment } from './element.js';
import { fill } from './fill.js';
import { count, duration, exact, figure, localTime, percent } from './format.js';
import { move } from './frontier.js';
import { frontierChart } from './frontier-chart.js';
import { chip, crumbs, facts, link, section, small, time } from './parts.js';
import type { Page } from './page.js';
import { getJourneys, getSuggestion, getSuggestionExport } from './requests.js';
import { saveButtons } from './save-buttons.js';
import { suggestionDecisions } from './suggestion-decisions.js';
import type { Decision, Lived, SuggestionDetail, ThresholdPoint } from './suggestion-answers.js';
import { journeyAround } from './stretch.js';
import { table } from './table.js';
import type { Costs, Journeys } from './words.js';
import { costsOf, placeName, span } from './words.js';

const NARROWEST = 320;
/** Days and failures that are named at once. */
const NAMED = 10;

const FORMATS: readonly (readonly [string, string])[] = [
  ['prometheus', 'Prometheus rule'],
  ['promtool-test', 'promtool test'],
  ['datadog-tf', 'Datadog (Terraform)'],
  ['grafana', 'Grafana'],
  ['json', 'JSON'],
];

function chartOf(one: SuggestionDetail, costs: Costs): Child {
  const { frontier: points = [], current = null, suggested = null, rule } = one;
  if (points.length === 0) return null;
  const place = element('div', { class: 'chart-place' });
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.max(NARROWEST, Math.floor(place.clientWidth));
    if (width === drawn) return;
    drawn = width;
    const frontier = { points, current, suggested, comparison: rule.comparison, costs };
    place.replaceChildren(frontierChart(frontier, width));
  }).observe(place);
  return section(
    'What every threshold would have done',
    element('figure', { class: 'card' }, place),
  );
}

function pointsView({ current, suggested, rule }: SuggestionDetail, costs: Costs): Child {
  type Row = readonly [string, ThresholdPoint];
  const rows: Row[] = [];
  if (current) rows.push(['current', current]);
  if (suggested) rows.push(['suggested', suggested]);
  if (rows.length === 0) return null;
  const number = (header: string, of: (point: ThresholdPoint) => string) => ({
    ...{ header, numeric: true },
    cell: ([, point]: Row) => of(point),
  });
  const columns = [
    { header: 'Which', cell: ([name]: Row) => name },
    number('Threshold', ({ threshold }) => `${rule.comparison} ${exact(threshold)}`),
    number('Pages a week', ({ pagesPerWeek }) => count(pagesPerWeek)),
    number('Caught', ({ caught }) => count(caught)),
    number('Missed', ({ missed }) => count(missed)),
    number('Cost', ({ cost }) => costs.inWords(cost)),
  ];
  return table('Current and suggested', columns, rows);
}

function shadowOf({ shadow }: SuggestionDetail): Child {
  if (shadow === undefined) return null;
  const { from, pages, wouldPage, unknown } = shadow;
  const untold = unknown > 0 ? `, of ${count(unknown)} the peak is not known yet` : '';
  return fragment(
    `${count(wouldPage)} of ${count(pages)} pages would have been sent${untold}, since `,
    time(from),
  );
}

function effectView({ effect }: SuggestionDetail): Child {
  if (effect === undefined) return null;
  const { promised, observed, before } = effect;
  type Row = readonly [string, number, number | null, Lived | null];
  const rows: Row[] = [
    ['promised', promised.pagesPerWeek, promised.missedPerWeek, null],
    ['seen since', observed.pagesPerWeek, perWeek(observed), observed],
    ['as long before', before.pagesPerWeek, perWeek(before), before],
  ];
  const columns = [
    { header: 'When', cell: ([name]: Row) => name },
    { header: 'Pages a week', numeric: true, cell: ([, pages]: Row) => figure(pages) },
    {
      header: 'Missed a week',
      numeric: true,
      cell: ([, , missed]: Row) => (missed === null ? '–' : figure(missed)),
    },
    {
      header: 'Time to restore',
      numeric: true,
      cell: ([, , , lived]: Row) =>
        lived?.continuitySeconds ? duration(lived.continuitySeconds) : '–',
    },
  ];
  return section(
    'What it did',
    small('Since ', time(effect.from), `, ${count(observed.failures)} failures.`),
    table('Promised and seen', columns, rows),
  );
}

function perWeek({ missed, weeks }: Lived): number | null {
  return weeks > 0 ? missed / weeks : null;
}

function decisionsView(decisions: readonly Decision[]): Child {
  if (decisions.length === 0) return null;
  const columns = [
    { header: 'Decided', cell: ({ state }: Decision) => chip(state, state) },
    { header: 'When', cell: ({ at }: Decision) => time(at) },
    { header: 'Owner', cell: ({ owner }: Decision) => owner },
    { header: 'Reason', cell: ({ reason }: Decision) => reason },
  ];
  return section('What was decided', table('Decisions', columns, decisions));
}

function exportsView({ id }: SuggestionDetail): Node {
  const savings = FORMATS.map(([format, name]) => ({
    name,
    load: () => getSuggestionExport(id, format),
  }));
  return section('Take it along', saveButtons(savings));
}

function list(items: readonly string[] = []): Child {
  if (items.length === 0) return null;
  return element('ul', {}, ...items.map((item) => element('li', {}, item)));
}

function historyOf({ from, until }: SuggestionDetail): Child {
  if (from === undefined || until === undefined) return null;
  return fragment(time(from), ' to ', time(until));
}

/** Each of a few days or failures as a link to the journey as it was then; more once opened. */
function moments(
  journey: string,
  all: readonly (readonly [string, string])[],
  noun: string,
): Child {
  if (all.length === 0) return null;
  const links = all.map(([at, text]) => element('li', {}, link(journeyAround(journey, at), text)));
  const listed = element('ul', { class: 'inline' }, ...links);
  if (all.length <= NAMED) return listed;
  return element('details', {}, element('summary', {}, `${count(all.length)} ${noun}`), listed);
}

function missedOf({ journey, missedFailures = [] }: SuggestionDetail, costs: Costs): Child {
  const told = missedFailures.map(({ startedAt, valueLost }) => {
    const lost = costs.inWords(valueLost);
    return [startedAt, `${localTime(startedAt)} (${lost} lost)`] as const;
  });
  return moments(journey, told, 'failures');
}

function flipsOf({ journey, flips }: SuggestionDetail): Child {
  if (flips?.length === 0) return 'none';
  return moments(
    journey,
    (flips ?? []).map((day) => [`${day}T12:00:00Z`, day] as const),
    'days',
  );
}

/** What is to be expected of the suggested threshold against the current one. */
function outlookOf({ interval, chanceDearer, from, until }: SuggestionDetail, costs: Costs): Child {
  if (!interval || from === undefined || until === undefined) return null;
  const again = duration((Date.parse(until) - Date.parse(from)) / 1000);
  return fragment(
    `${span(interval, costs.inWords)} over another ${again} (99%; below zero is a saving)`,
    chanceDearer == null ? null : small(`Dearer with a chance of ${percent(chanceDearer)}.`),
  );
}

function told(one: SuggestionDetail, journeys: Journeys): HTMLElement {
  const { failure, reason, verdict } = one;
  const costs = costsOf(journeys.get(one.journey));
  return facts([
    ['Verdict', verdict === undefined ? null : fragment(chip(verdict, verdict), ' ', reason)],
    ['Could not be made', failure?.detail],
    ['Stage', link(linkTo(['journeys', one.journey]), placeName(one, journeys))],
    ['In shadow', shadowOf(one)],
    ['Stale', list(one.stale)],
    ['Cost changes by', outlookOf(one, costs)],
    ['History', historyOf(one)],
    ['Judged by', one.evidence],
    ['Days that flip', flipsOf(one)],
    ['Would be missed', missedOf(one, costs)],
    ['To be known', list(one.notes)],
    ['Expires', time(one.expiresAt)],
  ]);
}

async function detail(id: string, again: () => void): Promise<Node> {
  const [one, all] = await Promise.all([getSuggestion(id), getJourneys()]);
  const journeys = new Map(all.map((journey) => [journey.key, journey]));
  const costs = costsOf(journeys.get(one.journey));
  const isMade = Boolean(one.suggested);
  return fragment(
    element('h1', {}, `${one.rule.name} `, chip(one.state, one.state)),
    element('p', { class: 'answer' }, move(one)),
    suggestionDecisions({ id, state: one.state, isMade }, again),
    told(one, journeys),
    pointsView(one, costs),
    chartOf(one, costs),
    effectView(one),
    decisionsView(one.decisions),
    isMade && exportsView(one),
  );
}

/** One suggestion: the trade, what speaks for it, and what people decide. */
export const suggestionPage: Page = ({ parts: [id = ''] }) => {
  const place = element('div', { class: 'place' });
  const show = (): void => void fill(place, () => detail(id, show), 'Threshold');
  show();
  return { title: 'Threshold', content: fragment(crumbs('#/thresholds', 'Thresholds'), place) };
};
