import type { Scale } from './chart-scale.js';
import { linearScale, niceTicks, valueTicks } from './chart-scale.js';
import { svg } from './element.js';
import { count, exact, figure } from './format.js';
import { drawnRuns, pointInWords } from './frontier.js';
import type { ThresholdPoint } from './suggestion-answers.js';
import type { Costs } from './words.js';

const HEIGHT = 260;
const MARGIN = { top: 22, right: 14, bottom: 38, left: 52 };

/** What is drawn: every threshold's cost, and the two that matter. */
export interface Frontier {
  readonly points: readonly ThresholdPoint[];
  readonly current: ThresholdPoint | null;
  readonly suggested: ThresholdPoint | null;
  readonly comparison: string;
  readonly costs: Costs;
}

interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
  /** The highest cost that is drawn. */
  readonly top: number;
}

interface Mark {
  readonly name: string;
  readonly text?: string;
  readonly point: ThresholdPoint;
  readonly isBelow: boolean;
}

/** The room that the name of a mark takes. */
const LABEL = { width: 130, height: 14 };

/** Costs far above both points are cut off: where every sample pages nobody chooses. */
function highestShown({ points, current, suggested }: Frontier): number {
  const marked = Math.max(current?.cost ?? 0, suggested?.cost ?? 0);
  const ends = Math.max(points.at(0)?.cost ?? 0, points.at(-1)?.cost ?? 0);
  return Math.min(Math.max(marked * 1.6, 1), Math.max(ends, marked) * 1.05 || 1);
}

function axes(
  ticks: readonly number[],
  domain: readonly [number, number],
  unit: string | null,
  { x, y, width }: Frame,
): SVGElement {
  const bottom = HEIGHT - MARGIN.bottom;
  const costs = ticks.flatMap((tick) => [
    svg('line', { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
    svg('text', { x: MARGIN.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, count(tick)),
  ]);
  const thresholds = valueTicks(domain, width / 90).flatMap((tick) => [
    svg('line', { x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 5 }),
    svg('text', { x: x(tick), y: bottom + 18, 'text-anchor': 'middle' }, figure(tick)),
  ]);
  return svg(
    'g',
    { class: 'axis' },
    ...costs,
    ...thresholds,
    svg('text', { x: MARGIN.left - 44, y: 12 }, unit === null ? 'cost' : `cost, ${unit}`),
    svg('text', { x: width - MARGIN.right, y: HEIGHT - 4, 'text-anchor': 'end' }, 'threshold'),
  );
}

function curve(points: readonly ThresholdPoint[], { x, y, top }: Frame): SVGElement {
  const lines = drawnRuns(points, top).map((run) => {
    const places = run.map(
      ({ threshold, cost }) => `${x(threshold).toFixed(1)},${y(Math.min(cost, top)).toFixed(1)}`,
    );
    return svg('polyline', { class: 'converted', points: places.join(' ') });
  });
  return svg('g', {}, ...lines);
}

/** What is marked, each with where its name stands: below its point where another is right beside it. */
function marksOf({ current, suggested }: Frontier, { x, y, top }: Frame): Mark[] {
  if (current === null || suggested === null) {
    const [name, point] = current === null ? ['suggested', suggested] : ['current', current];
    return point === null ? [] : [{ name, point, isBelow: false }];
  }
  if (current.threshold === suggested.threshold) {
    return [{ name: 'suggested', text: 'current, suggested', point: suggested, isBelow: false }];
  }
  const across = Math.abs(x(current.threshold) - x(suggested.threshold));
  const up = Math.abs(y(Math.min(current.cost, top)) - y(Math.min(suggested.cost, top)));
  const isBelow = across < LABEL.width && up < LABEL.height;
  return [
    { name: 'current', point: current, isBelow: false },
    { name: 'suggested', point: suggested, isBelow },
  ];
}

function marker(
  { name, text = name, point, isBelow }: Mark,
  { comparison, costs }: Frontier,
  { x, y, width, top }: Frame,
): SVGElement {
  const [left, height] = [x(point.threshold), y(Math.min(point.cost, top))];
  const isRight = left > width - LABEL.width;
  const above = Math.max(height - 8, MARGIN.top - 6);
  return svg(
    'g',
    { class: `mark ${name}` },
    svg('circle', { cx: left, cy: height, r: 5 }),
    svg(
      'text',
      {
        x: isRight ? left - 9 : left + 9,
        y: isBelow ? above + 2 * LABEL.height : above,
        'text-anchor': isRight ? 'end' : 'start',
      },
      `${text} ${exact(point.threshold)}`,
    ),
    svg('title', {}, pointInWords(point, comparison, costs)),
  );
}

function hints({ points, comparison, costs }: Frontier, { x }: Frame): SVGElement {
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const areas = points.map((point, i) => {
    const [left, right] = [x(point.threshold), x((points[i + 1] ?? point).threshold)];
    const area = {
      ...{ class: 'hint', y: MARGIN.top, height },
      ...{ x: Math.min(left, right), width: Math.max(1, Math.abs(right - left)) },
    };
    return svg('rect', area, svg('title', {}, pointInWords(point, comparison, costs)));
  });
  return svg('g', {}, ...areas);
}

/** Draws what every threshold would have cost, `width` pixels wide. */
export function frontierChart(frontier: Frontier, width: number): SVGSVGElement {
  const { points, current, suggested, costs } = frontier;
  const marked = [current, suggested].filter((point) => point !== null);
  // One of both may lie beyond all pages, where the curve goes on.
  const line = [...points, ...marked].toSorted((a, b) => a.threshold - b.threshold);
  const thresholds = line.map(({ threshold }) => threshold);
  const domain = [Math.min(...thresholds), Math.max(...thresholds)] as const;
  const ticks = niceTicks(highestShown(frontier), 4);
  const top = ticks.at(-1) ?? 1;
  const frame: Frame = {
    ...{ width, top },
    x: linearScale(domain, [MARGIN.left, width - MARGIN.right]),
    y: linearScale([0, top], [HEIGHT - MARGIN.bottom, MARGIN.top]),
  };
  return svg(
    'svg',
    {
      ...{ class: 'chart frontier', width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` },
      ...{ role: 'img', 'aria-label': 'What every threshold would have cost' },
    },
    axes(ticks, domain, costs.unit, frame),
    curve(line, frame),
    hints(frontier, frame),
    ...marksOf(frontier, frame).map((mark) => marker(mark, frontier, frame)),
  );
}
