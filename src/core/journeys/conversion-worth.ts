import type { Instant } from '../telemetry/time.js';
import type { JourneyVersion } from './journey.js';

/** A journey version with the time from which its entries count (null: from the beginning). */
export interface DatedVersion extends JourneyVersion {
  readonly effectiveFrom: Instant | null;
}

/** What a conversion is worth, in money where a currency is told. */
export interface ConversionWorth {
  readonly value: number;
  readonly currency: string | undefined;
}

/**
 * What a conversion was worth at a moment, by the version that held then. Where that one does not
 * say, the first version that does speaks for it; null where none does.
 *
 * @param versions of one journey, oldest first.
 */
export function conversionWorth(
  versions: readonly DatedVersion[],
  at: Instant,
): ConversionWorth | null {
  const held = versions.findLast(
    ({ effectiveFrom }) => effectiveFrom === null || effectiveFrom <= at,
  );
  for (const version of [held, ...versions]) {
    const { valuePerConversion: value, currency } = version?.journey ?? {};
    if (value !== undefined) return { value, currency };
  }
  return null;
}
