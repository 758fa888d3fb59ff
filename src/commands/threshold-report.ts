import { createHash } from 'node:crypto';

import { DAY } from '../core/telemetry/time.js';
import type { ThresholdEvidence } from '../core/thresholds/threshold-evidence.js';
import type { ThresholdPoint } from '../core/thresholds/threshold-point.js';
import type { ThresholdSuggestion } from '../core/thresholds/threshold-suggestion.js';
import { formatInstant } from '../wire/instant.js';
import { writeDay as day, writeSuggestion } from '../wire/threshold-suggestion.js';
import type { ThresholdFlags } from './threshold-flags.js';

/** A suggestion is stale so long after the end of the history that it was made from. */
const LIFE = 90 * DAY;

/** Frontier points in the text for people. */
const SHOWN_POINTS = 12;

/** Days and failures that are named in the text; JSON has them all. */
const NAMED = 10;

/** A suggestion as the contract has it; its id is a hash of question and answer. */
export function suggestionJson(
  suggestion: ThresholdSuggestion,
  evidence: ThresholdEvidence,
  { comparison, value }: ThresholdFlags,
): object {
  const hash = createHash('sha256').update(JSON.stringify([comparison, value, suggestion]));
  return {
    id: `threshold-${hash.digest('hex').slice(0, 16)}`,
    state: 'draft',
    ...writeSuggestion(suggestion, evidence),
    expiresAt: formatInstant(evidence.until + LIFE),
  };
}

const figure = (number: number): string => String(Number(number.toPrecision(4)));

function row(name: string, point: ThresholdPoint): string[] {
  const { threshold, pagesPerWeek, caught, missed, cost } = point;
  return [name, ...[threshold, pagesPerWeek, caught, missed, cost].map(figure)];
}

/** Some points of the frontier, densest among the highest thresholds, where the trade is. */
function shown(frontier: readonly ThresholdPoint[]): ThresholdPoint[] {
  const places = Array.from({ length: SHOWN_POINTS }, (_, i) => {
    return frontier.length - Math.round(frontier.length ** (1 - i / (SHOWN_POINTS - 1)));
  });
  return [...new Set(places)].flatMap((place) => frontier[place] ?? []);
}

function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, c) =>
    Math.max(...rows.map((cells) => cells[c]?.length ?? 0)),
  );
  return rows
    .map((cells) =>
      cells.map((cell, c) =>
        c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0),
      ),
    )
    .map((cells) => `${cells.join('  ').trimEnd()}\n`)
    .join('');
}

function named(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}

function judgedText({
  interval,
  chanceDearer,
  walkForward,
  flips,
  missed,
}: ThresholdSuggestion): string {
  const lines: string[] = [];
  if (interval !== null) {
    const chance = figure(100 * (chanceDearer ?? 0));
    lines.push(
      `cost less the current one's over as long again, 99 %: ${interval.map(figure).join(' to ')}; dearer with a chance of ${chance} %`,
    );
  }
  if (walkForward !== null) {
    const { blocks, cost, currentCost, bestCost } = walkForward;
    lines.push(
      `chosen from the past, judged on the ${blocks} blocks after it: cost ${figure(cost)}; current ${figure(currentCost)}; best in hindsight ${figure(bestCost)}`,
    );
  }
  lines.push(`days that flip: ${named(flips.map(day))}`);
  lines.push(`missed: ${named(missed.map(({ id }) => id))}`);
  return lines.map((line) => `${line}\n`).join('');
}

/** A suggestion for people: the verdict, the trade, what speaks for it. */
export function suggestionText(
  suggestion: ThresholdSuggestion,
  { losses, from, until }: ThresholdEvidence,
  { comparison, value }: ThresholdFlags,
): string {
  const { verdict, reason, current, suggested, frontier } = suggestion;
  const head = ['', `${value} ${comparison}`, 'pages/week', 'caught', 'missed', 'cost'];
  const points = [
    ...(current === null ? [] : [row('current', current)]),
    ...(suggested === null ? [] : [row('suggested', suggested)]),
  ];
  const trade = shown(frontier).map((point) => row('', point));
  return (
    `${verdict}: ${reason}\n\n` +
    `${losses.length} ${losses.length === 1 ? 'failure' : 'failures'}, ${day(from)} to ${day(until)}\n` +
    `${table([head, ...points, ...trade])}\n${judgedText(suggestion)}`
  );
}
