import { linkTo } from './address.js';
import type { Child } from './element.js';
import { element, fragment } from './element.js';
import { filled } from './fill.js';
import { count } from './format.js';
import { move } from './frontier.js';
import { emptyNotice } from './notices.js';
import { ago, chip, link, small } from './parts.js';
import type { Page } from './page.js';
import { getJourneys, getSuggestions } from './requests.js';
import type { Suggestion } from './suggestion-answers.js';
import { table } from './table.js';
import type { Journeys } from './words.js';
import { placeName } from './words.js';

function verdictCell({ verdict, progress, failure }: Suggestion): Child {
  if (failure !== undefined) return fragment(chip('failed', 'failed'), small(failure.detail));
  return verdict === undefined ? chip(progress, progress) : chip(verdict, verdict);
}

function pagesCell({ current, suggested }: Suggestion): Child {
  if (!current || !suggested) return '–';
  return `${count(current.pagesPerWeek)} → ${count(suggested.pagesPerWeek)}`;
}

function missedCell({ current, suggested }: Suggestion): Child {
  if (!current || !suggested) return '–';
  return `${count(current.missed)} → ${count(suggested.missed)}`;
}

function listView(items: readonly Suggestion[], journeys: Journeys): Node {
  if (items.length === 0) {
    const how =
      'Ask for one with POST /v1/threshold-suggestions; docs/thresholds.md has an example.';
    return emptyNotice('No suggestion yet', element('p', {}, how));
  }
  const columns = [
    {
      header: 'Rule',
      cell: (one: Suggestion) =>
        fragment(
          link(linkTo(['thresholds', one.id]), one.rule.name),
          small(placeName(one, journeys)),
        ),
    },
    { header: 'Threshold', cell: move },
    { header: 'Verdict', cell: verdictCell },
    { header: 'Pages a week', numeric: true, cell: pagesCell },
    { header: 'Failures missed', numeric: true, cell: missedCell },
    {
      header: 'State',
      cell: ({ state, stale }: Suggestion) =>
        fragment(chip(state, state), stale.length > 0 && fragment(' ', chip('warning', 'stale'))),
    },
    { header: 'Made', cell: ({ createdAt }: Suggestion) => ago(createdAt) },
  ];
  return table('Threshold suggestions', columns, items);
}

/** Suggested thresholds, newest first. */
export const suggestionsPage: Page = () => ({
  title: 'Thresholds',
  content: fragment(
    element('h1', {}, 'Thresholds that would page better'),
    filled(async () => {
      const [items, journeys] = await Promise.all([getSuggestions(), getJourneys()]);
      return listView(items, new Map(journeys.map((journey) => [journey.key, journey])));
    }),
  ),
});
