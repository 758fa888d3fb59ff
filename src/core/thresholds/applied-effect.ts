import type { Duration, Instant } from '../telemetry/time.js';
import { WEEK } from '../telemetry/time.js';
import type { PricedFailure } from './failure-loss.js';

/** A stretch of time with what really happened in it. */
export interface LivedStretch {
  readonly from: Instant;
  readonly to: Instant;
  /** When the rule paged. */
  readonly pages: readonly { readonly at: Instant; readonly endedAt: Instant | null }[];
  readonly failures: readonly PricedFailure[];
}

/** What happened in a stretch of time, in the terms of a suggestion. */
export interface LivedFigures {
  readonly weeks: number;
  readonly pagesPerWeek: number;
  readonly failures: number;
  readonly missed: number;
  /** Mean time from the first lost conversion to the stage being back, seconds; null without failures. */
  readonly continuitySeconds: number | null;
}

/** Counts pages, failures that none of them caught, and how long the failures were. */
export function livedFigures(
  { from, to, pages, failures }: LivedStretch,
  { lead, detect }: { readonly lead: Duration; readonly detect: Duration },
): LivedFigures {
  const isCaught = ({ startedAt }: PricedFailure): boolean =>
    pages.some(
      ({ at, endedAt }) =>
        (at >= startedAt - lead && at <= startedAt + detect) ||
        (at <= startedAt && (endedAt ?? Infinity) > startedAt),
    );
  const lengths = failures.map(({ startedAt, endedAt }) => (endedAt - startedAt) / 1000);
  const weeks = (to - from) / WEEK;
  return {
    weeks,
    pagesPerWeek: weeks > 0 ? pages.length / weeks : 0,
    failures: failures.length,
    missed: failures.filter((failure) => !isCaught(failure)).length,
    continuitySeconds:
      lengths.length === 0
        ? null
        : lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
  };
}
