import type { FunnelStep } from '../core/journeys/funnel.js';
import { formatDuration } from '../core/telemetry/time.js';

const BAR_WIDTH = 30;

const percent = (rate: number | null): string =>
  rate === null ? '' : `${(100 * rate).toFixed(1)} %`;

function bar(rate: number | null): string {
  const eighths = Math.round((rate ?? 0) * BAR_WIDTH * 8);
  const rest = ' ▏▎▍▌▋▊▉'[eighths % 8] ?? '';
  return ('█'.repeat(Math.floor(eighths / 8)) + rest).trimEnd();
}

/** A time for people: in the two largest units that it has. */
function time(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const units = formatDuration(Math.round(seconds) * 1000).match(/\d+[a-z]+/g) ?? [];
  return units.slice(0, 2).join('');
}

/** The funnel as a table, a line a step, with a bar of the share of the first step. */
export function funnelText(steps: readonly FunnelStep[]): string {
  const head = ['step', 'actors', 'of previous', 'of first', 'mean', 'median', 'p90', ''];
  const lines = steps.map(({ event, reached, rateFromPrevious, rateFromFirst, ...step }) => {
    const seconds = step.secondsFromPrevious;
    const rates = [percent(rateFromPrevious), percent(rateFromFirst)];
    const times = [time(seconds?.mean), time(seconds?.median), time(seconds?.p90)];
    return [event, reached.toLocaleString('en'), ...rates, ...times, bar(rateFromFirst)];
  });
  const table = [head, ...lines];
  const widths = head.map((_, column) =>
    Math.max(...table.map((line) => (line[column] ?? '').length)),
  );
  const isText = (column: number): boolean => column === 0 || column === head.length - 1;
  return table
    .map((line) =>
      line
        .map((cell, column) =>
          isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
    .concat('\n');
}
