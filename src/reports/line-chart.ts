import type { AxisKind, ChartFrame, ChartShape, Extent } from './chart-frame.js';
import { bothWidths, chartFrame, drawing } from './chart-frame.js';
import { figure, utcTime } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import type { Colour, Key } from './table.js';

/** One point of a line; a gap where y is null or no number. `low` and `high` are its interval. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  /** Shown as a warning. */
  readonly isMarked?: boolean;
}

/** One line. */
export interface ChartLine {
  readonly name: string;
  readonly colour: Colour;
  readonly points: readonly ChartPoint[];
}

/** Lines over a number or over time. */
export interface LineChart {
  readonly label: string;
  readonly lines: readonly ChartLine[];
  readonly xKind: AxisKind;
  /** Dashed lines across, at these heights. */
  readonly limits?: readonly number[];
  /** Always inside the chart, besides what the lines need. */
  readonly yExtent?: Extent;
  /** Draws the diagonal y = x over axes of one extent that begin at nought: what should be. */
  readonly hasDiagonal?: boolean;
  /** What lies along the axes, with units. */
  readonly xName?: string;
  readonly yName?: string;
  /** Of the wide drawing. */
  readonly height?: number;
  /** What the colours mean. */
  readonly key?: Key;
}

const isKnown = (value: number | null | undefined): value is number => Number.isFinite(value);

function extentOf(values: readonly (number | null | undefined)[]): Extent {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!isKnown(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** From nought to the next tenth above everything. */
function squareOf(
  values: readonly (number | null | undefined)[],
): Pick<ChartShape, 'xExtent' | 'yExtent'> {
  const most = extentOf([0, ...values])[1];
  const extent = [0, Math.ceil(most * 10 - 1e-9) / 10] as const;
  return { xExtent: extent, yExtent: extent };
}

function pathOf(points: readonly ChartPoint[], { x, y }: ChartFrame): string {
  let isOpen = false;
  return points
    .map((point) => {
      if (!isKnown(point.y)) {
        isOpen = false;
        return '';
      }
      const letter = isOpen ? 'L' : 'M';
      isOpen = true;
      return `${letter}${x(point.x)} ${y(point.y)}`;
    })
    .join('');
}

function bandOf(points: readonly ChartPoint[], { x, y }: ChartFrame): string {
  const known = points.filter(({ low, high }) => isKnown(low) && isKnown(high));
  if (known.length < 2) return '';
  const upper = known.map((point) => `${x(point.x)} ${y(point.high ?? 0)}`);
  const lower = known.map((point) => `${x(point.x)} ${y(point.low ?? 0)}`).toReversed();
  return `M${[...upper, ...lower].join('L')}Z`;
}

function dots({ name, points }: ChartLine, { x, y }: ChartFrame, xKind: AxisKind): Html[] {
  return points
    .filter((point) => point.isMarked && isKnown(point.y))
    .map((point) => {
      const at = xKind === 'time' ? utcTime(point.x) : figure(point.x);
      const text = `${name}, ${at}: ${figure(point.y)}`;
      return html`<circle class="dot" r="3" cx="${x(point.x)}" cy="${y(point.y ?? 0)}"
        ><title>${text}</title></circle
      >`;
    });
}

function drawn(chart: LineChart, width: number): Html {
  const { lines, xKind, limits = [], yExtent = [], hasDiagonal = false } = chart;
  const points = lines.flatMap((line) => line.points);
  const heights = points.flatMap(({ y, low, high }) => [y, low, high]);
  const extents = (): Pick<ChartShape, 'xExtent' | 'yExtent'> => ({
    xExtent: extentOf(points.map(({ x }) => x)),
    yExtent: extentOf([...heights, ...limits, ...yExtent]),
  });
  const shape: ChartShape = {
    width,
    height: Math.min(chart.height ?? 180, 0.8 * width),
    xKind,
    xName: chart.xName,
    yName: chart.yName,
    ...(hasDiagonal ? squareOf([...points.map(({ x }) => x), ...heights]) : extents()),
  };
  const frame = chartFrame(shape);
  const { x, y } = frame;
  const [left, right] = shape.xExtent;
  const parts = html`${frame.axes}
  ${hasDiagonal && html`<path class="ideal" d="M${x(left)} ${y(left)}L${x(right)} ${y(right)}" />`}
  ${lines.map((line) => html`<path class="band" d="${bandOf(line.points, frame)}" />`)}
  ${limits.map((limit) => html`<path class="limit" d="M${x(left)} ${y(limit)}H${x(right)}" />`)}
  ${lines.map((line) => html`<path class="line ${line.colour}" d="${pathOf(line.points, frame)}" />`)}
  ${lines.map((line) => dots(line, frame, xKind))}`;
  return drawing(shape, chart.label, parts);
}

/**
 * Draws lines with their intervals, limits and warnings, once for wide screens and once for narrow
 * ones; says so where no figure is known.
 */
export function lineChart(chart: LineChart): Html {
  const isEmpty = chart.lines.every(({ points }) => !points.some(({ y }) => isKnown(y)));
  if (isEmpty) return html`<p class="soft">${chart.label}: no figure is known yet.</p>`;
  return bothWidths((width) => drawn(chart, width), chart.key);
}
