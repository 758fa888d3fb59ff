import type { MissedFailure } from './answers.js';
import { duration } from './format.js';

export const UNTOLD = 'not told';

/** How long a failure went on, as far as somebody told. */
export function lasted({ startedAt, endedAt }: MissedFailure): string {
  if (endedAt === null) return UNTOLD;
  return duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
}
