import type { Change, Outcome, SimilarEpisode } from './answers.js';
import { element, fragment } from './element.js';
import { count, duration, percent } from './format.js';
import { ago, chip, link, small, time } from './parts.js';
import { linkTo } from './address.js';
import { table } from './table.js';
import type { Journeys } from './words.js';
import { effectInWords, placeName, span } from './words.js';

function none(text: string): HTMLElement {
  return element('p', { class: 'small' }, text);
}

function effect(outcome: Parameters<typeof effectInWords>[0]): Node {
  const { failure } = outcome;
  const kind = failure === null ? 'undecided' : failure ? 'broke' : 'held';
  return chip(kind, effectInWords(outcome));
}

/** Earlier episodes like this one, and what they did. */
export function similarView(episodes: readonly SimilarEpisode[], journeys: Journeys): Node {
  if (episodes.length === 0) {
    return none('No earlier episode of this rule or service has a known outcome.');
  }
  const columns = [
    {
      header: 'Episode',
      cell: ({ id, name, service }: SimilarEpisode) =>
        fragment(link(linkTo(['anomalies', id]), name), small(service)),
    },
    { header: 'Started', cell: ({ startedAt }: SimilarEpisode) => ago(startedAt) },
    { header: 'Stage', cell: (one: SimilarEpisode) => placeName(one, journeys) },
    { header: 'What it did', cell: effect },
  ];
  return table('Similar episodes', columns, episodes);
}

/** Releases, flags and other changes around the start. */
export function changesView(changes: readonly Change[], startedAt: string): Node {
  if (changes.length === 0) return none('No change from a day before to an hour after.');
  const start = Date.parse(startedAt);
  const columns = [
    {
      header: 'Change',
      cell: ({ title, kind, labels }: Change) =>
        fragment(title, small([kind, labels['service']].filter(Boolean).join(' · '))),
    },
    {
      header: 'When',
      cell: ({ occurredAt }: Change) => {
        const seconds = (Date.parse(occurredAt) - start) / 1000;
        const side = seconds < 0 ? 'before' : 'after';
        return fragment(
          `${duration(Math.abs(seconds))} ${side} the start`,
          small(time(occurredAt)),
        );
      },
    },
  ];
  const nearest = changes.toSorted(
    (a, b) =>
      Math.abs(Date.parse(a.occurredAt) - start) - Math.abs(Date.parse(b.occurredAt) - start),
  );
  return table('Changes nearby', columns, nearest);
}

function lossOf({ conversionsLost, interval }: Outcome): string {
  if (conversionsLost === undefined) return '–';
  const range = interval === undefined ? '' : ` (${span(interval, count)})`;
  return `${count(conversionsLost)}${range}`;
}

/** What was measured, and what people concluded. */
export function outcomesView(outcomes: readonly Outcome[], journeys: Journeys): Node {
  if (outcomes.length === 0) {
    return none('Nothing yet: it is measured once its time has passed and the data are complete.');
  }
  const superseded = new Set(outcomes.map(({ supersedes }) => supersedes));
  const columns = [
    {
      header: 'Stage',
      cell: (one: Outcome) => placeName(one, journeys),
    },
    {
      header: 'What happened',
      cell: (one: Outcome) =>
        fragment(
          effect({ failure: one.failure }),
          one.failureProbability !== undefined &&
            small(`${percent(one.failureProbability)} sure that it broke`),
        ),
    },
    { header: 'Conversions lost', numeric: true, cell: lossOf },
    {
      header: 'Verdict',
      hint: 'What the episode had to do with it',
      cell: ({ verdict, mitigation }: Outcome) =>
        fragment(verdict, mitigation !== undefined && small(`mitigated: ${mitigation}`)),
    },
    {
      header: 'Said by',
      cell: ({ id, source, author, recordedAt }: Outcome) =>
        fragment(
          author === undefined ? source : `${author} (${source})`,
          small(ago(recordedAt), superseded.has(id) && ' · superseded'),
        ),
    },
  ];
  return table('Outcomes', columns, outcomes);
}
