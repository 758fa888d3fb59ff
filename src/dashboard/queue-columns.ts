import type { Child } from './element.js';
import { element, fragment } from './element.js';
import type { Prediction, QueueItem } from './answers.js';
import { count, decimal, percent } from './format.js';
import { ago, chip, link, shareBar, small } from './parts.js';
import { linkTo } from './address.js';
import type { Column } from './table.js';
import type { Journeys } from './words.js';
import { conversionsInWords, placeName, span, stakes } from './words.js';

/** Which of an episode's predictions its row shows. */
export type Shown = (item: QueueItem) => Prediction | undefined;

const NONE = '–';

function priorityCell({ priority }: Prediction): Child {
  return fragment(chip(priority.band, priority.band), ' ', decimal(priority.value));
}

function nameCell(item: QueueItem): Child {
  const service = item.labels['service'];
  return fragment(
    link(linkTo(['anomalies', item.id]), item.name),
    small(chip(item.severity, item.severity), ' ', service ?? item.source),
  );
}

function chanceCell({ probability, interval }: Prediction): Child {
  return fragment(
    percent(probability),
    shareBar(probability, interval),
    small(span(interval, percent)),
  );
}

function lossCell({ expectedLoss, journey }: Prediction, journeys: Journeys): Child {
  const { conversions, conversionsIfFailure, interval } = expectedLoss;
  const { expected } = stakes(expectedLoss, journeys.get(journey));
  return fragment(
    expected ?? conversionsInWords(conversions),
    expected !== null && small(conversionsInWords(conversions)),
    small(`if it fails: ${count(conversionsIfFailure)} (${span(interval, count)})`),
  );
}

function evidenceCell({ evidence, abstained, abstainedBecause, stale }: Prediction): Child {
  return fragment(
    chip(evidence, evidence),
    abstained && small(element('span', { title: abstainedBecause }, 'abstained')),
    stale.length > 0 && small(element('span', { title: stale.join('; ') }, 'may be stale')),
  );
}

function stageCell(item: QueueItem, shown: Prediction | undefined, journeys: Journeys): Child {
  if (shown === undefined) return small('touches no stage');
  const others = item.predictions.length - 1;
  return fragment(
    placeName(shown, journeys),
    shown.segment !== null && small(shown.segment),
    others > 0 && small(`and ${others} more`),
  );
}

/** The queue's columns. */
export function queueColumns(journeys: Journeys, shown: Shown): Column<QueueItem>[] {
  const cell =
    (draw: (prediction: Prediction) => Child) =>
    (item: QueueItem): Child => {
      const prediction = shown(item);
      return prediction === undefined ? NONE : draw(prediction);
    };
  return [
    { header: 'Priority', hint: 'P1 to P5, and its value of 0 to 1', cell: cell(priorityCell) },
    { header: 'Anomaly', cell: nameCell },
    { header: 'Stage', cell: (item) => stageCell(item, shown(item), journeys) },
    {
      header: 'Chance of failure',
      hint: 'Probability that the journey fails at this stage, with its 90% interval',
      cell: cell(chanceCell),
    },
    {
      header: 'Expected loss',
      hint: 'Loss weighed by its chance; below it the loss if it fails, with its 90% interval',
      cell: cell((prediction) => lossCell(prediction, journeys)),
    },
    {
      header: 'Impact',
      hint: '0 to 100, growing with the expected value lost',
      numeric: true,
      cell: cell(({ impactScore }) => Math.round(impactScore)),
    },
    {
      header: 'Started',
      cell: ({ startedAt, state, repeats }) =>
        fragment(
          ago(startedAt),
          small(chip(state, state)),
          repeats > 0 && small(`fired ${repeats + 1} times`),
        ),
    },
    {
      header: 'Evidence',
      hint: 'model: learned from outcomes; prior: stated by hand until enough outcomes are in',
      cell: cell(evidenceCell),
    },
  ];
}
