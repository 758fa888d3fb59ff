const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Maps a value to its place on the drawing. */
export type Scale = (value: number) => number;

/** A straight scale from [from, to] to [start, end]. */
export function linearScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  const width = to === from ? 1 : to - from;
  return (value) => start + ((value - from) / width) * (end - start);
}

/** Round numbers from 0 to `max` or just above it, about `wanted` of them. */
export function niceTicks(max: number, wanted: number): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((size) => size * power).find((size) => size >= rough) ?? rough;
  // Counts of people have no halves.
  const whole = Math.max(1, step);
  const ticks = Math.ceil(max / whole);
  return Array.from({ length: ticks + 1 }, (_, index) => index * whole);
}

function midnightsBetween(from: number, to: number, every: number): number[] {
  const day = new Date(from);
  day.setHours(0, 0, 0, 0);
  const found: number[] = [];
  while (day.getTime() <= to) {
    if (day.getTime() >= from) found.push(day.getTime());
    day.setDate(day.getDate() + every);
  }
  return found;
}

/** Moments to name on a time axis: the reader's midnights, or hours of a short stretch. */
export function timeTicks([from, to]: readonly [number, number], wanted: number): number[] {
  const days = (to - from) / DAY;
  if (days > 2) return midnightsBetween(from, to, Math.max(1, Math.ceil(days / wanted)));
  const step = [1, 3, 6, 12].find((hours) => (days * 24) / hours <= wanted) ?? 12;
  const start = new Date(from);
  start.setHours(0, 0, 0, 0);
  const found: number[] = [];
  for (let at = start.getTime(); at <= to; at += step * HOUR) if (at >= from) found.push(at);
  return found;
}

/** Round numbers within a stretch, about `wanted` of them. */
export function valueTicks([from, to]: readonly [number, number], wanted: number): number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((size) => size * power).find((size) => size >= rough) ?? rough;
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
