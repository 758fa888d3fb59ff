import type { Judged, ModelCard } from './model-answers.js';
import { element, fragment } from './element.js';
import { filled } from './fill.js';
import { count, figure, percent } from './format.js';
import { chip, crumbs, facts, section, small, time } from './parts.js';
import { getCard } from './requests.js';
import type { Page } from './page.js';
import { table } from './table.js';
import { span } from './words.js';

const METRICS: Readonly<Record<string, string>> = {
  rocAuc: 'ROC-AUC: 0.5 is chance, 1 perfect order',
  prAuc: 'PR-AUC: the base rate is chance, 1 perfect',
  logLoss: 'log loss: lower is better',
  brier: 'Brier score: lower is better',
  brierSkill: 'Brier skill: 0 is no better than the base rate, 1 perfect',
  ece: 'calibration error: lower is better',
};

function list(items: readonly string[]): HTMLElement {
  return element('ul', {}, ...items.map((item) => element('li', {}, item)));
}

function metricsView(
  name: string,
  { figures, intervals }: Pick<Judged, 'figures' | 'intervals'>,
): Node {
  const columns = [
    { header: 'Metric', cell: (name: string) => METRICS[name] ?? name },
    { header: 'Value', numeric: true, cell: (name: string) => figure(figures[name] ?? Number.NaN) },
    {
      header: '90% interval',
      numeric: true,
      cell: (name: string) => {
        const interval = intervals[name];
        return interval === undefined ? '–' : span(interval, figure);
      },
    },
  ];
  const names = Object.keys(figures).filter((name) => typeof figures[name] === 'number');
  return table(name, columns, names);
}

function judgement({ metrics, evidence }: ModelCard): Node {
  if (metrics === null) {
    const why = evidence === 'prior' ? 'It is stated by hand, not learned: n' : 'N';
    return element('p', {}, `${why}ot judged on held-out episodes.`);
  }
  const { episodes, failures } = metrics.naive;
  return fragment(
    small(`On ${count(episodes)} held-out episodes with ${count(failures)} failures.`),
    metricsView('How good it is', metrics.naive),
  );
}

function inService({ live }: ModelCard): Node {
  const { answers, mature, naive, weighted } = live;
  const asked = `${count(answers)} first answers, the outcome of ${count(mature)} could be known`;
  if (naive === null) return small(`${asked}: too few failures or others to judge it.`);
  const { episodes, failures, intervals, metrics } = naive;
  return fragment(
    small(`${asked}; ${count(episodes)} are labelled, ${count(failures)} of them failures.`),
    metricsView('In service', { figures: metrics, intervals }),
    weighted !== null && element('h3', {}, 'Weighted for which labels were observed'),
    weighted !== null &&
      metricsView('Weighted', { figures: weighted.metrics, intervals: weighted.intervals }),
  );
}

function featuresView({ features }: ModelCard): Node {
  type Feature = ModelCard['features'][number];
  const columns = [
    { header: 'Feature', cell: ({ name }: Feature) => element('code', {}, name) },
    { header: 'Meaning', cell: ({ meaning }: Feature) => meaning },
    { header: 'Unit', cell: ({ unit }: Feature) => unit ?? '–' },
  ];
  return table('Features', columns, features);
}

async function detail(version: string): Promise<Node> {
  const card = await getCard(version);
  const { data, fittedUntil } = card;
  return fragment(
    element('h1', {}, `Model ${card.version}`),
    facts([
      ['Learner', card.learner],
      ['Evidence', chip(card.evidence, card.evidence)],
      ['Made', time(card.createdAt)],
      ['Learned until', fittedUntil === null ? null : time(new Date(fittedUntil).toISOString())],
      ['Episodes', data === null ? null : `${count(data.rows)}, ${count(data.failures)} failures`],
      ['Usual chance', percent(card.baseRate)],
      ['Calibration', card.calibration],
      ['Seed', card.seed],
      ['Program', card.codeVersion],
      ['Data hash', data === null ? null : element('code', {}, data.hash.slice(0, 16))],
    ]),
    section('Its limits', list(card.limits)),
    section('How good it is', judgement(card)),
    section('How it has done in service', inService(card)),
    section('What it looks at', featuresView(card)),
    element(
      'details',
      {},
      element('summary', {}, 'The card as JSON'),
      element('pre', { tabindex: 0 }, JSON.stringify(card, null, 2)),
    ),
  );
}

/** One model's card. */
export const modelPage: Page = ({ parts: [version = ''] }) => ({
  title: `Model ${version}`,
  content: fragment(
    crumbs('#/models', 'Models'),
    filled(() => detail(version), `Model ${version}`),
  ),
});
