import { shortName } from '../core/telemetry/short-name.js';
import type { ChartFrame, ChartShape } from './chart-frame.js';
import { chartFrame, drawing } from './chart-frame.js';
import { utcTime } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import type { Colour } from './table.js';

/** A column in one stretch of time. */
export interface ChartStretch {
  readonly from: number;
  readonly until: number;
  readonly side: 'reference' | 'current';
  /** 5, 25, 50, 75 and 95 %. */
  readonly quantiles: readonly number[] | null;
  readonly shares: Readonly<Record<string, number>> | null;
}

const SIZE = { width: 320, height: 110, xKind: 'time' } as const;

/** Categories that are followed: those that strayed furthest. */
const FOLLOWED = 5;

const colourOf = ({ side }: ChartStretch): Colour => (side === 'reference' ? 'one' : 'two');

function extentOf(stretches: readonly ChartStretch[]): [number, number] {
  const times = stretches.flatMap(({ from, until }) => [from, until]);
  return [Math.min(...times), Math.max(...times)];
}

type Box = readonly [from: number, until: number, low: number, high: number];

function boxes(frame: ChartFrame, all: readonly Box[], colour: Colour, opacity: number): Html {
  const d = all
    .map(([from, until, low, high]) => {
      const [left, right] = [frame.x(from), frame.x(until)];
      return `M${left} ${frame.y(high)}H${right}V${frame.y(low)}H${left}Z`;
    })
    .join('');
  return html`<path class="area ${colour}" style="opacity:${opacity}" d="${d}" />`;
}

/** Quantiles of each stretch as nested boxes with their median, over those of the reference. */
export function quantileChart(
  stretches: readonly ChartStretch[],
  reference: readonly number[],
  label: string,
): Html {
  const known = stretches.flatMap((one) =>
    one.quantiles === null ? [] : [{ ...one, quantiles: one.quantiles }],
  );
  const all = [...reference, ...known.flatMap(({ quantiles }) => quantiles)];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const [from, until] = extentOf(stretches);
  const yExtent = low < high ? ([low, high] as const) : ([low - 0.5, low + 0.5] as const);
  const shape: ChartShape = { ...SIZE, xExtent: [from, until], yExtent };
  const frame = chartFrame(shape);
  const boxOf = (lower: number, upper: number, own: typeof known): Box[] =>
    own.map((one) => [one.from, one.until, one.quantiles[lower] ?? 0, one.quantiles[upper] ?? 0]);
  const whole = [{ from, until, side: 'reference', quantiles: reference, shares: null }] as const;
  const nested = (own: typeof known, colour: Colour): Html =>
    html`${boxes(frame, boxOf(0, 4, own), colour, 0.15)}${boxes(frame, boxOf(1, 3, own), colour, 0.25)}`;
  const medians = known.map(
    (one) =>
      html`<path
        class="line ${colourOf(one)}"
        style="stroke-width:2"
        d="M${frame.x(one.from)} ${frame.y(one.quantiles[2] ?? 0)}H${frame.x(one.until)}"
        ><title>${utcTime(one.from)}: median ${one.quantiles[2]}</title></path
      >`,
  );
  const middle = frame.y(reference[2] ?? 0);
  return drawing(
    shape,
    label,
    html`${frame.axes}${nested([...whole], 'one')}${nested(
        known.filter(({ side }) => side === 'current'),
        'two',
      )}<path
        class="line one"
        stroke-dasharray="4 3"
        d="M${frame.x(from)} ${middle}H${frame.x(until)}"
      />${medians}`,
  );
}

/** The shares of categories stretch by stretch, one category a line, over those of the reference. */
export function sharesChart(
  stretches: readonly ChartStretch[],
  categories: readonly { readonly name: string; readonly reference: number }[],
  label: string,
): Html {
  const shareOf = ({ shares }: ChartStretch, name: string): number => shares?.[name] ?? 0;
  const known = stretches.filter(({ shares }) => shares !== null);
  const strays = categories.map(({ name, reference }) => ({
    name,
    reference,
    stray: Math.max(0, ...known.map((one) => Math.abs(shareOf(one, name) - reference))),
  }));
  const followed = strays.toSorted((a, b) => b.stray - a.stray).slice(0, FOLLOWED);
  const [line, left, right] = [30, 120, SIZE.width - 48];
  const [from, until] = extentOf(stretches);
  const x = (at: number): string =>
    (left + ((at - from) / Math.max(1, until - from)) * (right - left)).toFixed(1);
  const row = ({ name, reference }: (typeof followed)[number], i: number): Html => {
    const bottom = (i + 1) * line;
    const shares = known.map((one) => shareOf(one, name));
    const most = Math.max(reference, ...shares, 1e-9);
    const y = (share: number): string => (bottom - (share / most) * (line - 8)).toFixed(1);
    const path = known.map(
      (one, k) => `${k === 0 ? 'M' : 'L'}${x(one.from)} ${y(shares[k] ?? 0)}H${x(one.until)}`,
    );
    const short = shortName(name, 18);
    const percents = shares.map((share) => `${(100 * share).toFixed(1)} %`).join(', ');
    return html`<g
      ><title>${shortName(name, 200)}: ${percents}</title
      ><path class="grid" d="M${left} ${bottom}H${right}" /><text
        x="${left - 6}"
        y="${bottom - 6}"
        text-anchor="end"
        >${short}</text
      ><path class="line one" stroke-dasharray="4 3" d="M${left} ${y(reference)}H${right}" /><path
        class="line two"
        d="${path.join('')}"
      /><text x="${right + 4}" y="${bottom - 6}"
        >${(100 * (shares.at(-1) ?? 0)).toFixed(1)} %</text
      ></g
    >`;
  };
  const shape: ChartShape = {
    ...SIZE,
    height: followed.length * line + 4,
    xExtent: [from, until],
    yExtent: [0, 1],
  };
  return drawing(shape, label, html`${followed.map(row)}`);
}
