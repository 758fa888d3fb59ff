import type { StageSeries } from './answers.js';
import { element, svg } from './element.js';
import { count, percent } from './format.js';
import { small, time } from './parts.js';
import { stageChart } from './stage-chart.js';
import type { Point, Series } from './stage-series.js';
import { seriesOf } from './stage-series.js';
import { table } from './table.js';

const NARROWEST = 300;

function key(kind: string, text: string): HTMLElement {
  const sample = svg(
    'svg',
    { class: 'chart', width: 22, height: 10, 'aria-hidden': 'true' },
    kind === 'band' || kind === 'immature'
      ? svg('rect', { class: kind, width: 22, height: 10 })
      : kind === 'low'
        ? svg('g', { class: 'low' }, svg('circle', { cx: 11, cy: 5, r: 3 }))
        : svg('polyline', { class: kind, points: '0,5 22,5' }),
  );
  return element('li', {}, sample, ` ${text}`);
}

function legend({ isLast, points }: Series): HTMLElement {
  const hasBand = points.some(({ band }) => band !== null);
  return element(
    'ul',
    { class: 'legend' },
    !isLast && key('entered', 'entered'),
    key('converted', isLast ? 'entered' : 'went on to the next stage'),
    hasBand && key('band', isLast ? 'usual entries, 90% band' : 'usually go on, 90% band'),
    points.some(({ isLow }) => isLow) && key('low', 'below the band'),
    points.some(({ isImmature }) => isImmature) && key('immature', 'not complete yet'),
  );
}

function numbers({ stage, isLast, points }: Series): HTMLElement {
  const columns = [
    { header: 'From', cell: ({ at }: Point) => time(new Date(at).toISOString()) },
    { header: 'Entered', numeric: true, cell: ({ entered }: Point) => count(entered) },
    { header: 'Went on', numeric: true, cell: ({ converted }: Point) => count(converted) },
    {
      header: 'Usual',
      numeric: true,
      cell: ({ usual, band }: Point) =>
        usual === null || band === null
          ? '–'
          : `${count(usual)} (${count(band[0])} to ${count(band[1])})`,
    },
    {
      header: 'State',
      cell: ({ isImmature, isLow }: Point) =>
        isImmature ? 'not complete yet' : isLow ? 'below the band' : 'complete',
    },
  ];
  const shown = isLast ? columns.filter(({ header }) => header !== 'Went on') : columns;
  const details = element('details', {}, element('summary', {}, 'The numbers'));
  // Drawn when first opened: a hundred rows for each stage would slow the page for everybody.
  const draw = (): void => {
    const newest = points.toReversed();
    details.append(element('div', { class: 'scroll' }, table(`${stage} over time`, shown, newest)));
  };
  details.addEventListener('toggle', draw, { once: true });
  return details;
}

function rateOf(buckets: StageSeries['buckets']): string {
  const entered = buckets.reduce((sum, { mature }) => sum + mature.entered, 0);
  const converted = buckets.reduce((sum, { mature }) => sum + mature.converted, 0);
  return entered === 0 ? '' : ` · ${percent(converted / entered)} went on`;
}

/** A stage's chart with its legend and its numbers; it follows the width of the page. */
export function stageFigure(stage: StageSeries, isLast: boolean, to: string): HTMLElement {
  const series = seriesOf(stage, isLast, to);
  const heading = element('h3', {}, stage.stage, !isLast && rateOf(stage.buckets));
  if (series.points.length === 0) {
    return element(
      'div',
      { class: 'card' },
      heading,
      small('Nobody came in this stretch of time.'),
    );
  }
  const place = element('div', { class: 'chart-place' });
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.max(NARROWEST, Math.floor(place.clientWidth));
    if (width === drawn) return;
    drawn = width;
    place.replaceChildren(stageChart(series, width));
  }).observe(place);
  return element(
    'figure',
    { class: 'card' },
    element('figcaption', {}, heading),
    legend(series),
    place,
    numbers(series),
  );
}
