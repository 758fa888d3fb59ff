import type { Model, Registry, Reign } from './model-answers.js';
import { element, fragment } from './element.js';
import { driftView } from './drift-view.js';
import { fill, filled } from './fill.js';
import { modelDecisions, rollbackButton } from './model-decisions.js';
import { ago, chip, link, section, small, time } from './parts.js';
import { getKeptReports, getModels, getTrainingRuns } from './requests.js';
import type { Page } from './page.js';
import { linkTo } from './address.js';
import { startTraining } from './start-training.js';
import { table } from './table.js';
import { isUnderWay, trainingRunsView } from './training-runs.js';

const POLL_MS = 3000;
const SHOWN_RUNS = 20;

/** Says that the champion's files are gone or broken. */
function unreadableNotice(champion: string): HTMLElement {
  return element(
    'div',
    { class: 'notice problem', role: 'alert' },
    element('strong', {}, `Version ${champion} cannot be read`),
    element('p', {}, 'The stated prior answers until its files are back, or another is promoted.'),
  );
}

function championView({ champion, answers, items, history }: Registry): Node {
  const model = items.find(({ version }) => version === champion);
  const [reign] = history;
  if (model === undefined) return element('p', {}, 'No model answers yet.');
  return element(
    'div',
    { class: 'card' },
    answers !== model.version && unreadableNotice(model.version),
    element(
      'p',
      { class: 'answer' },
      model.evidence === 'prior'
        ? 'The stated prior answers: no trained model has proved better yet. '
        : `Version ${model.version} is champion (learner: ${model.learner}). `,
      link(linkTo(['models', model.version]), 'Its card'),
    ),
    reign !== undefined && small('Since ', time(reign.since), `, by ${reign.by}: ${reign.reason}`),
  );
}

function modelsView(models: readonly Model[], onDecided: () => void): Node {
  const columns = [
    {
      header: 'Version',
      cell: ({ version }: Model) => link(linkTo(['models', version]), version),
    },
    { header: 'Learner', cell: ({ learner }: Model) => learner },
    { header: 'Evidence', cell: ({ evidence }: Model) => chip(evidence, evidence) },
    { header: 'State', cell: ({ state }: Model) => chip(state, state) },
    { header: 'Made', cell: ({ createdAt }: Model) => ago(createdAt) },
    {
      header: 'Decide',
      cell: (model: Model) => (model.state === 'champion' ? '–' : modelDecisions(model, onDecided)),
    },
  ];
  return table('Models', columns, models);
}

function historyView(history: readonly Reign[]): Node {
  const columns = [
    {
      header: 'Champion',
      cell: ({ version }: Reign) => link(linkTo(['models', version]), version),
    },
    { header: 'Since', cell: ({ since }: Reign) => time(since) },
    { header: 'By', cell: ({ by }: Reign) => by },
    { header: 'Reason', cell: ({ reason }: Reign) => reason },
  ];
  return table('Who was champion when', columns, history);
}

async function registry(onDecided: () => void): Promise<Node> {
  const found = await getModels();
  return fragment(
    section(
      'The champion',
      championView(found),
      found.rollbackTo !== null && rollbackButton(found.rollbackTo, onDecided),
    ),
    section('All models', modelsView(found.items, onDecided)),
    section('Who was champion when', historyView(found.history)),
  );
}

/** The registry, the champion and its history, and the training runs. */
export const modelsPage: Page = () => {
  const models = element('div', { class: 'place' });
  const runs = element('div', { class: 'place' });
  const refill = (): void => void fill(models, () => registry(refill));
  let wasUnderWay = false;
  const follow = async (): Promise<Node> => {
    const found = (await getTrainingRuns()).slice(0, SHOWN_RUNS);
    const isWorking = found.some(isUnderWay);
    // A run that has just ended may have changed the champion.
    if (wasUnderWay && !isWorking) refill();
    wasUnderWay = isWorking;
    if (isWorking) setTimeout(poll, POLL_MS);
    return trainingRunsView(found);
  };
  // Polling ends with the page that it was for.
  const poll = (): void => {
    if (runs.isConnected) void fill(runs, follow);
  };
  refill();
  void fill(runs, follow);
  const heading = element('h1', {}, 'What answers, and how it was chosen');
  const button = startTraining(() => void fill(runs, follow));
  const training = section('Training runs', button, runs);
  const drift = section(
    'What changed since it was trained',
    filled(async () => driftView((await getKeptReports(1))[0])),
  );
  return { title: 'Models', content: fragment(heading, models, drift, training) };
};
