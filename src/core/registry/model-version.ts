import type { Instant } from '../telemetry/time.js';

const VERSION = /^(\d{4}-\d{2}-\d{2})\.([1-9]\d*)$/;

function numberOf(version: string, day: string): number {
  const [, date, count] = VERSION.exec(version) ?? [];
  return date === day ? Number(count) : 0;
}

/** The next version of the day, UTC: `2026-11-20.3` where `.1` and `.2` exist (`0` is the prior). */
export function nextVersion(existing: readonly string[], at: Instant): string {
  const day = new Date(at).toISOString().slice(0, 10);
  const latest = existing.reduce((max, version) => Math.max(max, numberOf(version, day)), 0);
  return `${day}.${latest + 1}`;
}

/** Whether a text is a version: `YYYY-MM-DD.n`, or `0` for the prior. */
export function isModelVersion(text: string): boolean {
  return text === '0' || VERSION.test(text);
}

/** Orders versions by age: negative where the first is older; the prior is the oldest. */
export function compareVersions(first: string, second: string): number {
  const [, firstDay = '', firstCount = '0'] = VERSION.exec(first) ?? [];
  const [, secondDay = '', secondCount = '0'] = VERSION.exec(second) ?? [];
  if (firstDay !== secondDay) return firstDay < secondDay ? -1 : 1;
  return Number(firstCount) - Number(secondCount);
}
