import { count, exact } from './format.js';
import type { Suggestion, ThresholdPoint } from './suggestion-answers.js';
import type { Costs } from './words.js';

/** Runs of points whose cost is drawn, each with the neighbours at which it leaves the drawing. */
export function drawnRuns(points: readonly ThresholdPoint[], top: number): ThresholdPoint[][] {
  const isIn = (place: number): boolean => (points[place]?.cost ?? Infinity) <= top;
  const runs: ThresholdPoint[][] = [];
  points.forEach((point, place) => {
    if (!isIn(place) && !isIn(place - 1) && !isIn(place + 1)) return;
    if (isIn(place) ? place === 0 : !isIn(place - 1)) runs.push([]);
    runs.at(-1)?.push(point);
    if (!isIn(place) && isIn(place - 1) && isIn(place + 1)) runs.push([point]);
  });
  return runs;
}

/** A point in words. */
export function pointInWords(point: ThresholdPoint, comparison: string, costs: Costs): string {
  const { threshold, pagesPerWeek, caught, missed, cost } = point;
  return [
    `${comparison} ${exact(threshold)}`,
    `${count(pagesPerWeek)} pages a week`,
    `${count(caught)} failures caught, ${count(missed)} missed`,
    `cost ${costs.inWords(cost)}`,
  ].join('\n');
}

/** `> 1.5 → 3.6`; `> 1.5` where nothing else is suggested. */
export function move({ rule, current, suggested }: Suggestion): string {
  const from = exact(current?.threshold ?? rule.threshold);
  const to = suggested ? exact(suggested.threshold) : from;
  return to === from ? `${rule.comparison} ${from}` : `${rule.comparison} ${from} → ${to}`;
}
