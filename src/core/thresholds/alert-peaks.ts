import type { Anomaly, Comparison } from '../telemetry/anomaly.js';
import type { Instant } from '../telemetry/time.js';
import { directionOf, thresholdLevel } from './alert-rule.js';
import type { PeakedEpisode } from './episode-evidence.js';
import type { CatchRule, PricedFailure } from './failure-loss.js';

/** A past episode of a rule with what its anomalies told. */
export interface PastAlert {
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly anomalies: readonly Pick<Anomaly, 'peakValue' | 'threshold' | 'comparison'>[];
}

/** What thresholds can be judged by from past alerts alone. */
export interface AlertPeaks {
  readonly episodes: readonly PeakedEpisode[];
  /** Below this level nothing is known: the threshold in use, or a higher one that was. */
  readonly lowest: number;
  /** Episodes whose peak nobody told. */
  readonly unknown: readonly PastAlert[];
}

/** The peaks of past episodes; one of which any anomaly lacks its peak is set aside. */
export function alertPeaks(
  alerts: readonly PastAlert[],
  { comparison, threshold }: { readonly comparison: Comparison; readonly threshold: number },
): AlertPeaks {
  const direction = directionOf(comparison);
  let lowest = thresholdLevel(threshold, comparison);
  const episodes: PeakedEpisode[] = [];
  const unknown: PastAlert[] = [];
  for (const alert of alerts) {
    const peaks = alert.anomalies.map(({ peakValue }) => direction * (peakValue ?? Number.NaN));
    const level = Math.max(...peaks);
    if (Number.isNaN(level)) {
      unknown.push(alert);
      continue;
    }
    for (const told of alert.anomalies) {
      if (told.threshold === undefined || (told.comparison ?? comparison) !== comparison) continue;
      // An alert that came at a higher threshold says nothing of those between.
      lowest = Math.max(lowest, thresholdLevel(told.threshold, comparison));
    }
    episodes.push({ at: alert.startedAt, endedAt: alert.endedAt, level });
  }
  return { episodes: episodes.filter(({ level }) => level > lowest), lowest, unknown };
}

/** Failures of which no more can be said: only episodes of unknown peak came near them. */
export function judgeableFailures(
  failures: readonly PricedFailure[],
  { episodes, unknown }: AlertPeaks,
  { lead, detect }: Pick<CatchRule, 'lead' | 'detect'>,
): PricedFailure[] {
  const isNear = (at: Instant, endedAt: Instant | null, onset: Instant): boolean =>
    (at >= onset - lead && at <= onset + detect) || (at <= onset && (endedAt ?? Infinity) > onset);
  return failures.filter(
    ({ startedAt: onset }) =>
      episodes.some(({ at, endedAt }) => isNear(at, endedAt, onset)) ||
      !unknown.some(({ startedAt, endedAt }) => isNear(startedAt, endedAt, onset)),
  );
}
