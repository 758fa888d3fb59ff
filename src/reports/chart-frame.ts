import type { Html } from './html.js';
import { html } from './html.js';
import { figure } from './figures.js';
import type { Key } from './table.js';
import { legend } from './table.js';

const DAY = 86_400_000;

const WIDE = 640;

/** A chart that is squeezed onto a phone could not be read: there it is drawn anew, so wide. */
const NARROW = 340;

/** Room for the name of an axis. */
const NAME = 16;
const MARGIN = { top: 8, right: 10, bottom: 20, left: 44 };
/** About the width of a digit. */
const DIGIT = 6.5;

/** A stretch of an axis, from and to. */
export type Extent = readonly [from: number, to: number];

/** What lies along an axis from left to right. */
export type AxisKind = 'number' | 'time';

/** Where a chart's things are: two scales, and the axes already drawn. */
export interface ChartFrame {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly bottom: number;
  readonly axes: Html;
}

/** Size, extents and kind of a chart. */
export interface ChartShape {
  readonly width: number;
  readonly height: number;
  readonly xExtent: Extent;
  readonly yExtent: Extent;
  readonly xKind: AxisKind;
  /** What lies along the axes, with units. */
  readonly xName?: string | undefined;
  readonly yName?: string | undefined;
}

/** Round numbers inside an extent, about `wanted` of them. */
export function ticksOf([from, to]: Extent, wanted: number): number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((size) => size * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  // Counted in steps: a sum of steps would end at 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

const isInDays = ([from, to]: Extent): boolean => to - from > 2 * DAY;

function timeTicks([from, to]: Extent, wanted: number): number[] {
  // Days are named by their dates: two ticks a day would name each twice.
  const hours = isInDays([from, to]) ? [24, 48, 96, 168, 336, 672, 1344] : [1, 3, 6, 12, 24];
  const step =
    (hours.find((size) => ((to - from) / (size * DAY)) * 24 <= wanted) ?? 2688) * (DAY / 24);
  const first = Math.ceil(from / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, i) => first + i * step,
  );
}

/** A date, or the time of a day whose date stands at its midnight. */
function timeText(at: number, extent: Extent): string {
  const text = new Date(at).toISOString();
  return isInDays(extent) || at % DAY === 0 ? text.slice(5, 10) : text.slice(11, 16);
}

const round = (value: number): number => Math.round(value * 10) / 10;

function scale([from, to]: Extent, [start, end]: Extent): (value: number) => number {
  const width = to === from ? 1 : to - from;
  return (value) => round(start + ((value - from) / width) * (end - start));
}

function axisName(name: string | undefined, x: number, y: number, anchor: string): Html | false {
  return name !== undefined && html`<text x="${x}" y="${y}" text-anchor="${anchor}">${name}</text>`;
}

/** Lays out scales and draws the axes. */
export function chartFrame(shape: ChartShape): ChartFrame {
  const { width, height, xExtent, yExtent, xKind, xName, yName } = shape;
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom - (xName === undefined ? 0 : NAME);
  const top = MARGIN.top + (yName === undefined ? 0 : NAME);
  const heights = ticksOf(yExtent, height / 45);
  const longest = Math.max(0, ...heights.map((tick) => figure(tick).length));
  const left = Math.max(MARGIN.left, Math.ceil(8 + longest * DIGIT));
  const x = scale(xExtent, [left, right]);
  const y = scale(yExtent, [bottom, top]);
  const wanted = width / 80;
  const ticksAcross = xKind === 'time' ? timeTicks(xExtent, wanted) : ticksOf(xExtent, wanted);
  const nameOf = (at: number): string => (xKind === 'time' ? timeText(at, xExtent) : figure(at));
  const below = bottom + 15;
  const across = ticksAcross.map((tick) => {
    const name = nameOf(tick);
    // In the middle below its tick, unless it would not end inside the drawing.
    const at = Math.min(x(tick), round(width - (name.length * DIGIT) / 2));
    return html`<text x="${at}" y="${below}" text-anchor="middle">${name}</text>`;
  });
  const axes = html`${heights.map(
    (tick) =>
      html`<path class="grid" d="M${left} ${y(tick)}H${right}" /><text
          x="${left - 5}"
          y="${y(tick) + 4}"
          text-anchor="end"
          >${figure(tick)}</text
        >`,
  )}${across}${axisName(yName, 0, 11, 'start')}${axisName(xName, right, height - 4, 'end')}`;
  return { x, y, bottom, axes };
}

/** A drawing with a name for those who cannot see it. */
export function drawing({ width, height }: ChartShape, label: string, parts: Html): Html {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${parts}
  </svg>`;
}

/** Draws a chart once for wide screens and once for narrow ones, and says what its colours mean. */
export function bothWidths(draw: (width: number) => Html, key?: Key): Html {
  return html`<div class="chart">
    <div class="wide">${draw(WIDE)}</div>
    <div class="narrow">${draw(NARROW)}</div>
    ${key && legend(key)}
  </div>`;
}
