import type { Prediction, Priority } from './answers.js';
import { element, fragment } from './element.js';
import { decimal, percent } from './format.js';
import { chip, link, shareBar, time } from './parts.js';
import { reasonsView } from './reasons.js';
import { linkTo } from './address.js';
import { table } from './table.js';
import type { Journeys } from './words.js';
import { answerInWords, placeName } from './words.js';

interface Part {
  readonly name: string;
  readonly meaning: string;
  readonly value: number;
}

function priorityView(priority: Priority): Node {
  const parts: readonly Part[] = [
    {
      name: 'UX severity',
      meaning: 'how bad it is for people: the impact score',
      value: priority.uxSeverity,
    },
    {
      name: 'Business sensitivity',
      meaning: 'the stage’s weight times the mapping’s relevance',
      value: priority.businessSensitivity,
    },
    {
      name: 'Feasibility',
      meaning: 'whether there is a known way to fix it',
      value: priority.feasibility,
    },
  ];
  const columns = [
    {
      header: 'Part',
      cell: ({ name, meaning }: Part) =>
        fragment(name, element('div', { class: 'small' }, meaning)),
    },
    { header: 'Share', cell: ({ value }: Part) => shareBar(value) },
    { header: 'Value', numeric: true, cell: ({ value }: Part) => decimal(value) },
  ];
  return fragment(
    table('What the priority is made of', columns, parts),
    element(
      'p',
      { class: 'small' },
      `Together, as a weighted geometric mean (weights version ${priority.weightsVersion}): `,
      chip(priority.band, priority.band),
      ` ${decimal(priority.value)}`,
    ),
  );
}

function evidenceView(prediction: Prediction): Node {
  const { evidence, abstained, abstainedBecause, modelVersion, featuresAsOf } = prediction;
  const model = link(linkTo(['models', modelVersion]), `version ${modelVersion}`);
  const because = abstainedBecause === undefined ? '' : ` (${abstainedBecause})`;
  return element(
    'p',
    {},
    chip(evidence, evidence),
    ' ',
    abstained && `The model abstained${because}: the order rests on the prior. `,
    evidence === 'prior'
      ? 'From the stated prior, not from learned outcomes: good for an order, not for a number. '
      : 'From a model that learned from past outcomes. ',
    model,
    ', with what was known at ',
    time(featuresAsOf),
    '.',
  );
}

/** One answer: the sentence, what it rests on, why, and what makes its priority. */
export function predictionView(prediction: Prediction, journeys: Journeys): HTMLElement {
  const { priority, probability, segment, stale } = prediction;
  return element(
    'article',
    { class: 'card' },
    element(
      'h3',
      {},
      chip(priority.band, priority.band),
      ` ${placeName(prediction, journeys)}`,
      segment !== null && ` (${segment})`,
      ` · ${percent(probability)}`,
    ),
    element('p', { class: 'answer' }, answerInWords(prediction, journeys)),
    evidenceView(prediction),
    stale.length > 0 &&
      element('p', { class: 'notice' }, `May be out of date: ${stale.join('; ')}.`),
    element(
      'div',
      { class: 'halves' },
      element('div', {}, element('h4', {}, 'Why'), reasonsView(prediction)),
      element('div', {}, element('h4', {}, 'Priority'), priorityView(priority)),
    ),
  );
}
