import type { StageTraffic } from './feature-context.js';
import type { FeatureValue } from './feature-schema.js';

/** ln of seen against usual; half a unit on both sides keeps an empty window finite. */
function logRatio(seen: number | null, usual: number | null): number | null {
  return seen === null || usual === null ? null : Math.log((seen + 0.5) / (usual + 0.5));
}

/**
 * Missing counts in standard deviations by Anscombe's transform, 2 sqrt(x + 3/8), whose variance is
 * about one for any Poisson count (Anscombe 1948), so thin and busy stages compare.
 */
function shortfall(seen: number | null, usual: number | null): number | null {
  if (seen === null || usual === null) return null;
  return 2 * (Math.sqrt(usual + 0.375) - Math.sqrt(seen + 0.375));
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

const NO_TRAFFIC: StageTraffic = {
  entries15: null,
  entries60: null,
  usualEntries15: null,
  usualEntries60: null,
  conversions15: null,
  conversions60: null,
  usualConversions15: null,
  usualConversions60: null,
  expectedConversionsPerHour: null,
};

/** Adds to a row what the stage's recent traffic says against the usual; null where either is not known. */
export function addTraffic(row: Record<string, FeatureValue>, known: StageTraffic | null): void {
  const traffic = known ?? NO_TRAFFIC;
  const entries60 = logRatio(traffic.entries60, traffic.usualEntries60);
  const conversions60 = logRatio(traffic.conversions60, traffic.usualConversions60);
  const expected = traffic.expectedConversionsPerHour;
  row['entries_log_ratio_15m'] = logRatio(traffic.entries15, traffic.usualEntries15);
  row['entries_log_ratio_60m'] = entries60;
  row['conversions_log_ratio_15m'] = logRatio(traffic.conversions15, traffic.usualConversions15);
  row['conversions_log_ratio_60m'] = conversions60;
  row['conversions_shortfall_60m'] = shortfall(traffic.conversions60, traffic.usualConversions60);
  row['conversion_rate_log_ratio_60m'] = difference(conversions60, entries60);
  row['expected_conversions_log'] = expected === null ? null : Math.log1p(Math.max(0, expected));
}
