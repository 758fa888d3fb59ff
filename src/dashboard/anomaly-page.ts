import type { AnomalyDetail, Outcome } from './answers.js';
import { element, fragment } from './element.js';
import { changesView, outcomesView, similarView } from './episode-tables.js';
import { filled } from './fill.js';
import { exact, reading } from './format.js';
import { emptyNotice } from './notices.js';
import { chip, crumbs, facts, link, section, small, time } from './parts.js';
import { predictionView } from './prediction-view.js';
import { getAnomaly, getJourneys, getOutcomes, getStories } from './requests.js';
import type { Page } from './page.js';
import { linkTo } from './address.js';
import { storiesView } from './stories-view.js';
import type { Journeys } from './words.js';
import { named } from './words.js';

const MOST_STORIES = 500;

function measured({
  metric,
  value,
  peakValue,
  threshold,
  comparison,
}: AnomalyDetail): string | null {
  if (value === undefined) return metric ?? null;
  const against =
    threshold === undefined ? '' : ` (fires ${comparison ?? 'at'} ${exact(threshold)})`;
  const peak = peakValue === undefined ? '' : `, at worst ${reading(peakValue)}`;
  return `${metric ?? 'value'} ${reading(value)}${peak}${against}`;
}

function headline(anomaly: AnomalyDetail): Node {
  const { id, name, labels, severity, startedAt, endedAt, annotations, source } = anomaly;
  const service = labels['service'];
  const { repeats } = anomaly.episode;
  const tags = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return fragment(
    element('h1', {}, named(name), service !== undefined && ` on ${named(service)}`),
    annotations?.['description'] !== undefined && element('p', {}, annotations['description']),
    facts([
      ['Severity', chip(severity, severity)],
      ['Started', time(startedAt)],
      ['Ended', endedAt === undefined ? 'still firing' : time(endedAt)],
      ['Measured', measured(anomaly)],
      ['Fired', repeats > 0 ? `${repeats + 1} times` : null],
      ['Source', source],
      ['Labels', tags.length === 0 ? null : element('span', { class: 'tags' }, tags.join(' '))],
      ['Id', element('code', {}, id)],
    ]),
  );
}

function predictions(anomaly: AnomalyDetail, journeys: Journeys): Node {
  const [first, ...others] = anomaly.predictions;
  const { id, episode } = anomaly;
  if (first === undefined && episode.id !== id) {
    return emptyNotice(
      'A repeat',
      element(
        'p',
        {},
        'It is one episode with ',
        link(linkTo(['anomalies', episode.id]), episode.id),
        ', where the answer stands.',
      ),
    );
  }
  if (first === undefined) {
    return emptyNotice(
      'It touches no stage',
      element(
        'p',
        {},
        'No mapping rule of any journey matches its labels, so nothing is predicted.',
      ),
    );
  }
  const rest = others.map((one) => predictionView(one, journeys));
  const summary = `${others.length} more stage${others.length === 1 ? '' : 's'} that it touches`;
  return fragment(
    predictionView(first, journeys),
    small('All ranges are 90% intervals; that of the loss is the one if it fails.'),
    rest.length > 0 && element('details', {}, element('summary', {}, summary), ...rest),
  );
}

/** Outcomes are told of the episode; a human may have named one of its repeats. */
async function outcomesOf({ id, episode }: AnomalyDetail): Promise<readonly Outcome[]> {
  const ids = [...new Set([episode.id, id])];
  return (await Promise.all(ids.map(getOutcomes))).flat();
}

async function detail(id: string, rename: (title: string) => void): Promise<Node> {
  const [anomaly, known] = await Promise.all([getAnomaly(id), getJourneys()]);
  const journeys = new Map(known.map((journey) => [journey.key, journey]));
  rename(anomaly.name);
  return fragment(
    headline(anomaly),
    section('What is predicted', predictions(anomaly, journeys)),
    section(
      'What it did',
      filled(async () => outcomesView(await outcomesOf(anomaly), journeys)),
    ),
    section('Similar episodes, and what they did', similarView(anomaly.similarEpisodes, journeys)),
    section('Changes nearby', changesView(anomaly.changesNearby, anomaly.startedAt)),
    section(
      'Who was under way',
      filled(async () => {
        const stories = await getStories(id, MOST_STORIES);
        return storiesView({ stories, limit: MOST_STORIES }, journeys);
      }),
    ),
  );
}

/** One anomaly: what it will do, why, and what it did. */
export const anomalyPage: Page = ({ parts: [id = ''] }, rename) => ({
  title: id,
  content: fragment(
    crumbs('#/queue', 'Queue'),
    filled(() => detail(id, rename), `Anomaly ${id}`),
  ),
});
