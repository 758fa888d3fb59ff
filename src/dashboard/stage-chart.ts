import type { Scale } from './chart-scale.js';
import { linearScale, niceTicks, timeTicks } from './chart-scale.js';
import { svg } from './element.js';
import { count, localTime } from './format.js';
import type { Point, Series } from './stage-series.js';

const HEIGHT = 200;
const MARGIN = { top: 10, right: 10, bottom: 24, left: 44 };

/** Where the chart's things are. */
interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
}

type Value = (point: Point) => number;

function place(at: number, value: number, { x, y }: Frame): string {
  return `${x(at).toFixed(1)},${y(value).toFixed(1)}`;
}

function middle({ at }: Point, { width }: Series): number {
  return at + width / 2;
}

function line(name: string, value: Value, series: Series, frame: Frame): SVGElement {
  const points = series.points.map((point) => place(middle(point, series), value(point), frame));
  return svg('polyline', { class: name, points: points.join(' ') });
}

function band(series: Series, frame: Frame): SVGElement {
  const known = series.points.flatMap((point) =>
    point.band === null ? [] : [{ at: middle(point, series), band: point.band }],
  );
  const upper = known.map(({ at, band: [, high] }) => place(at, high, frame));
  const lower = known.map(({ at, band: [low] }) => place(at, low, frame)).toReversed();
  return svg('polygon', { class: 'band', points: [...upper, ...lower].join(' ') });
}

function immaturePart({ points }: Series, { x, width }: Frame): SVGElement | null {
  const first = points.find(({ isImmature }) => isImmature);
  if (first === undefined) return null;
  const left = x(first.at);
  const right = width - MARGIN.right;
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  return svg('rect', { class: 'immature', x: left, y: MARGIN.top, width: right - left, height });
}

function valueAxis(ticks: readonly number[], { y, width }: Frame): SVGElement {
  const marks = ticks.flatMap((tick) => [
    svg('line', { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
    svg('text', { x: MARGIN.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, count(tick)),
  ]);
  return svg('g', { class: 'axis' }, ...marks);
}

function timeAxis(domain: readonly [number, number], { x, width }: Frame): SVGElement {
  const isShort = domain[1] - domain[0] <= 2 * 86_400_000;
  const words = new Intl.DateTimeFormat(
    undefined,
    isShort ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short' },
  );
  const marks = timeTicks(domain, width / 90)
    .filter((tick) => x(tick) < width - 30)
    .flatMap((tick) => [
      svg('line', { x1: x(tick), x2: x(tick), y1: HEIGHT - MARGIN.bottom, y2: HEIGHT - 18 }),
      svg('text', { x: x(tick), y: HEIGHT - 6, 'text-anchor': 'middle' }, words.format(tick)),
    ]);
  return svg('g', { class: 'axis' }, ...marks);
}

function hint(point: Point, isLast: boolean): string {
  const { at, entered, converted, usual, band: range, isImmature } = point;
  const parts = [localTime(new Date(at).toISOString()), `${count(entered)} entered`];
  if (!isLast) parts.push(`${count(converted)} went on`);
  if (usual !== null && range !== null) {
    parts.push(`usual ${count(usual)} (${count(range[0])} to ${count(range[1])})`);
  }
  if (isImmature) parts.push('not complete yet');
  return parts.join('\n');
}

/** Pointing at a bucket tells its numbers; the table below the chart tells them to everybody. */
function hints(series: Series, { x }: Frame): SVGElement {
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const areas = series.points.map((point) => {
    const left = x(point.at);
    const width = Math.max(0, x(point.at + series.width) - left);
    const area = { class: 'hint', x: left, y: MARGIN.top, width, height };
    return svg('rect', area, svg('title', {}, hint(point, series.isLast)));
  });
  return svg('g', {}, ...areas);
}

function lows(series: Series, { x, y }: Frame): SVGElement {
  const dots = series.points
    .filter(({ isLow }) => isLow)
    .map((point) => svg('circle', { cx: x(middle(point, series)), cy: y(point.converted), r: 3 }));
  return svg('g', { class: 'low' }, ...dots);
}

/** Draws a stage over time, `width` pixels wide. */
export function stageChart(series: Series, width: number): SVGSVGElement {
  const { points, isLast } = series;
  const domain = [points[0]?.at ?? 0, (points.at(-1)?.at ?? 0) + series.width] as const;
  const highest = points.map(({ entered, band: range }) => Math.max(entered, range?.[1] ?? 0));
  const ticks = niceTicks(Math.max(0, ...highest), 4);
  const frame: Frame = {
    width,
    x: linearScale(domain, [MARGIN.left, width - MARGIN.right]),
    y: linearScale([0, ticks.at(-1) ?? 1], [HEIGHT - MARGIN.bottom, MARGIN.top]),
  };
  const what = isLast ? 'entered' : 'entered and went on';
  return svg(
    'svg',
    {
      class: 'chart',
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: 'img',
      'aria-label': `People who ${what} at ${series.stage}, over time`,
    },
    valueAxis(ticks, frame),
    timeAxis(domain, frame),
    band(series, frame),
    immaturePart(series, frame),
    !isLast && line('entered', ({ entered }) => entered, series, frame),
    line('converted', ({ converted }) => converted, series, frame),
    lows(series, frame),
    hints(series, frame),
  );
}
