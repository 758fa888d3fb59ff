import type { Instant } from '../telemetry/time.js';
import { bucketStart, DAY } from '../telemetry/time.js';
import type { Pages } from './pages.js';

function pageDays({ at, low, high }: Pages, level: number): Set<Instant> {
  const days = new Set<Instant>();
  for (let i = 0; i < at.length; i += 1) {
    const isSent = (low[i] ?? 0) <= level && level < (high[i] ?? 0);
    if (isSent) days.add(bucketStart(at[i] ?? 0, DAY));
  }
  return days;
}

/** The days (starts, UTC) on which one of two threshold levels would have paged and the other not. */
export function flippedDays(pages: Pages, one: number, other: number): Instant[] {
  const [before, after] = [pageDays(pages, one), pageDays(pages, other)];
  const gone = [...before].filter((day) => !after.has(day));
  return [...gone, ...[...after].filter((day) => !before.has(day))].sort((a, b) => a - b);
}
