import { shortName } from '../core/telemetry/short-name.js';
import type { ChartFrame, ChartShape } from './chart-frame.js';
import { bothWidths, chartFrame, drawing } from './chart-frame.js';
import type { Html } from './html.js';
import { html } from './html.js';
import type { Colour, Key } from './table.js';

/** Shares of two samples in the same bins: `edges` has one more than the shares. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Shares of two samples by category. */
export interface CategoryShare {
  readonly name: string;
  readonly reference: number;
  readonly current: number;
}

const SIZE = { width: 320, height: 120 };

function outline(
  edges: readonly number[],
  shares: readonly number[],
  { x, y }: ChartFrame,
): string {
  const steps = shares.map((share, i) => `V${y(share)}H${x(edges[i + 1] ?? 0)}`);
  return `M${x(edges[0] ?? 0)} ${y(0)}${steps.join('')}V${y(0)}`;
}

type DrawnShape = Pick<ChartShape, 'width' | 'height' | 'xName' | 'yName'>;

function drawn({ edges, reference, current }: Histogram, label: string, size: DrawnShape): Html {
  const shape: ChartShape = {
    ...size,
    xKind: 'number',
    xExtent: [edges[0] ?? 0, edges.at(-1) ?? 1],
    yExtent: [0, Math.max(...reference, ...current, 1e-9)],
  };
  const frame = chartFrame(shape);
  const draw = (shares: readonly number[], colour: Colour): Html => {
    const path = outline(edges, shares, frame);
    return html`<path class="area ${colour}" d="${path}" /><path
        class="line ${colour}"
        d="${path}"
      />`;
  };
  return drawing(shape, label, html`${frame.axes}${draw(reference, 'one')}${draw(current, 'two')}`);
}

/** Draws two histograms over each other, reference below. */
export function histogramChart(histogram: Histogram, label: string): Html {
  return drawn(histogram, label, SIZE);
}

/** What stands around a histogram that is a chart by itself. */
export interface HistogramNames {
  readonly label: string;
  /** What lies along the axes, with units. */
  readonly xName: string;
  readonly yName: string;
  /** What the colours mean. */
  readonly key: Key;
}

/** The same as a chart by itself, once for wide screens and once for narrow ones. */
export function namedHistogram(
  histogram: Histogram,
  { label, xName, yName, key }: HistogramNames,
): Html {
  const sized = (width: number): Html =>
    drawn(histogram, label, { width, height: Math.min(240, 0.8 * width), xName, yName });
  return bothWidths(sized, key);
}

/** Draws the shares of categories as pairs of bars, one category a line. */
export function categoryChart(shares: readonly CategoryShare[], label: string): Html {
  const [line, left, width] = [26, 120, SIZE.width];
  const height = shares.length * line + 4;
  const most = Math.max(...shares.flatMap(({ reference, current }) => [reference, current]), 1e-9);
  const lengthOf = (share: number): string => ((share / most) * (width - left - 48)).toFixed(1);
  const pair = ({ name, reference, current }: CategoryShare, i: number): Html => {
    const top = i * line + 4;
    const short = shortName(name, 18);
    const rect = (share: number, y: number, colour: Colour): Html =>
      html`<rect
        class="area ${colour}"
        style="opacity:.8"
        x="${left}"
        y="${y}"
        width="${lengthOf(share)}"
        height="9"
      />`;
    const percents = `${(100 * reference).toFixed(1)} → ${(100 * current).toFixed(1)} %`;
    const end = left + Number(lengthOf(Math.max(reference, current))) + 4;
    return html`<g
      ><title>${shortName(name, 200)}: ${percents}</title
      ><text x="${left - 6}" y="${top + 13}" text-anchor="end">${short}</text
      >${rect(reference, top, 'one')}${rect(current, top + 10, 'two')}<text
        x="${end}"
        y="${top + 13}"
        >${(100 * current).toFixed(1)} %</text
      ></g
    >`;
  };
  const shape = { ...SIZE, height, xKind: 'number', xExtent: [0, 1], yExtent: [0, 1] } as const;
  return drawing(shape, label, html`${shares.map(pair)}`);
}
