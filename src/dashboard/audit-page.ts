import type { AuditItem } from './audit-answers.js';
import { element, fragment } from './element.js';
import { fill } from './fill.js';
import { emptyNotice, problemNotice } from './notices.js';
import type { Page } from './page.js';
import { exact, reading } from './format.js';
import { chip, link, section, small, time } from './parts.js';
import { getAuditQueue, getJourneys, tellOutcome } from './requests.js';
import { journeyAround } from './stretch.js';
import { table } from './table.js';
import type { Journeys } from './words.js';
import { placeName } from './words.js';

/** What one may answer, and the outcome that it is. */
const ANSWERS = [
  { text: 'Broke it', outcome: { failure: true, verdict: 'caused' } },
  { text: 'Did not', outcome: { failure: false, verdict: 'unrelated' } },
  { text: 'Cannot tell', outcome: { failure: null, verdict: 'unknown' } },
] as const;

function whatFired({ anomaly }: AuditItem): Node {
  const { name, severity, value, comparison = '', threshold, labels } = anomaly;
  const measured =
    value === undefined
      ? ''
      : `${reading(value)}${threshold === undefined ? '' : ` ${comparison} ${exact(threshold)}`}`;
  const told = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
  return fragment(
    chip(severity, severity),
    ` ${name}`,
    small([measured, ...told].filter(Boolean).join(' · ')),
  );
}

function answerCell(item: AuditItem, onTold: (answered: Element) => void): HTMLElement {
  const { anomalyId, journey, stage } = item;
  const wrong = element('div');
  const tell = async (outcome: object): Promise<void> => {
    for (const one of buttons) one.disabled = true;
    wrong.replaceChildren();
    try {
      await tellOutcome({ anomalyId, journey, stage, source: 'human', ...outcome });
      onTold(place);
    } catch (error) {
      wrong.replaceChildren(problemNotice(error));
      for (const one of buttons) one.disabled = false;
    }
  };
  const buttons = ANSWERS.map(({ text, outcome }) => {
    const button = element('button', { type: 'button' }, text);
    button.addEventListener('click', () => void tell(outcome));
    return button;
  });
  const place = element('div', {}, element('div', { class: 'actions' }, ...buttons), wrong);
  return place;
}

function waitingView(
  items: readonly AuditItem[],
  journeys: Journeys,
  onTold: (answered: Element) => void,
): Node {
  if (items.length === 0) {
    return emptyNotice(
      'Nothing waits',
      element('p', {}, 'An episode in twenty comes here once its outcome could be known.'),
    );
  }
  const columns = [
    { header: 'What fired', cell: whatFired },
    {
      header: 'Stage',
      cell: (item: AuditItem) =>
        link(journeyAround(item.journey, item.anomaly.startedAt), placeName(item, journeys)),
    },
    { header: 'Began', cell: ({ anomaly }: AuditItem) => time(anomaly.startedAt) },
    {
      header: 'Ended',
      cell: ({ anomaly }: AuditItem) =>
        anomaly.endedAt === undefined ? '–' : time(anomaly.endedAt),
    },
    {
      header: 'Did it break the stage?',
      cell: (item: AuditItem) => answerCell(item, onTold),
    },
  ];
  return table('Episodes to look at', columns, items);
}

async function queue(onTold: (answered: Element) => void): Promise<Node> {
  const [items, journeys] = await Promise.all([getAuditQueue(), getJourneys()]);
  const named = new Map(journeys.map((journey) => [journey.key, journey]));
  const waiting = items.filter(({ audited }) => !audited);
  return waitingView(waiting, named, onTold);
}

/** Episodes drawn by lot, to be judged by what is seen of them and not by their score. */
export const auditPage: Page = () => {
  const place = element('div', { class: 'place' });
  const refill = async (): Promise<void> => {
    await fill(place, () => queue((answered) => void goOn(answered)));
  };
  // The one below the answered one comes into its place.
  const goOn = async (answered: Element): Promise<void> => {
    const at = [...place.querySelectorAll('tbody tr')].findIndex((row) => row.contains(answered));
    await refill();
    const rows = [...place.querySelectorAll('tbody tr')];
    const next = rows[Math.min(at, rows.length - 1)]?.querySelector('button');
    (next ?? document.querySelector('main'))?.focus();
  };
  void refill();
  return {
    title: 'Audit',
    content: fragment(
      element('h1', {}, 'Drawn by lot, to be judged without the score'),
      element(
        'p',
        {},
        'What is ranked high is looked at and handled, so the labels alone tell too good or too bad a story of the model. These episodes were chosen whatever their rank: say what each did to its stage, and the performance report checks its weights by them.',
      ),
      section('To look at', place),
    ),
  };
};
