import type { TrainingRun } from './model-answers.js';
import type { Child } from './element.js';
import { element, fragment } from './element.js';
import { percent, signed } from './format.js';
import { ago, chip, link, small, time } from './parts.js';
import { linkTo } from './address.js';
import { table } from './table.js';

/** Whether a run has not come to its end. */
export function isUnderWay({ state }: TrainingRun): boolean {
  return state === 'queued' || state === 'running';
}

function stateCell(run: TrainingRun): Child {
  const { state, progress } = run;
  return fragment(
    chip(state, state),
    isUnderWay(run) &&
      element(
        'div',
        {},
        element('progress', { max: 1, value: progress, 'aria-label': 'Progress' }),
        ` ${percent(progress)}`,
      ),
  );
}

function verdictCell({ gate, reason, state }: TrainingRun): Child {
  const words = gate?.reason ?? reason;
  if (words === undefined) return state === 'queued' ? 'waits for its turn' : '–';
  const seen =
    gate?.episodes === undefined
      ? null
      : `judged on ${gate.episodes} episodes with ${gate.failures ?? 0} failures`;
  return fragment(words, seen !== null && small(seen));
}

function differenceCell({ gate }: TrainingRun): Child {
  const difference = gate?.logLossDifference;
  if (difference === undefined) return '–';
  const [low, high] = difference.interval;
  return fragment(signed(difference.mean, 3), small(`${signed(low, 3)} to ${signed(high, 3)}`));
}

/** The training runs with what the promotion gate said of each. */
export function trainingRunsView(runs: readonly TrainingRun[]): Node {
  if (runs.length === 0) return element('p', { class: 'small' }, 'None yet.');
  const columns = [
    {
      header: 'Started',
      cell: ({ createdAt, requestedBy }: TrainingRun) =>
        fragment(ago(createdAt), small(`by ${requestedBy}`)),
    },
    { header: 'State', cell: stateCell },
    {
      header: 'Model',
      cell: ({ model }: TrainingRun) =>
        model === undefined ? '–' : link(linkTo(['models', model]), model),
    },
    { header: 'The gate’s verdict', cell: verdictCell },
    {
      header: 'Log loss',
      hint: 'Challenger less champion, with its 90% interval: below zero the challenger is better',
      numeric: true,
      cell: differenceCell,
    },
    {
      header: 'Knew of',
      hint: 'Only what was known at this time went in',
      cell: ({ asOf, createdAt }: TrainingRun) => time(asOf ?? createdAt),
    },
  ];
  return table('Training runs', columns, runs);
}
