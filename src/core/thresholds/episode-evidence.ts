import type { Duration, Instant } from '../telemetry/time.js';
import type { CatchRule, PricedFailure } from './failure-loss.js';
import { lossPieces } from './failure-loss.js';
import type { Pages } from './pages.js';
import type { ThresholdEvidence } from './threshold-evidence.js';
import { scaleOf } from './threshold-evidence.js';

/** One episode of which only its highest level is known: it pages at every threshold below that. */
export interface PeakedEpisode {
  readonly at: Instant;
  /** Null where it has not ended. */
  readonly endedAt: Instant | null;
  readonly level: number;
}

/** What was seen of episodes: from when to when, and from which level up. */
export interface EpisodeView {
  readonly from: Instant;
  readonly until: Instant;
  /** Episodes below this level would not have been told of. */
  readonly lowest: number;
  /** A further episode at most this long after another began sends no page of its own. */
  readonly groupGap: Duration;
}

function pagesOfEpisodes(
  episodes: readonly PeakedEpisode[],
  { lowest, groupGap }: EpisodeView,
): Pages {
  const pages = episodes.flatMap(({ at, level }, i) => {
    let low = lowest;
    for (let before = i - 1; before >= 0 && groupGap > 0; before -= 1) {
      const other = episodes[before];
      if (other === undefined || other.at < at - groupGap) break;
      low = Math.max(low, other.level);
    }
    return low < level ? [{ at, low, high: level }] : [];
  });
  return {
    at: Float64Array.from(pages, ({ at }) => at),
    low: Float64Array.from(pages, ({ low }) => low),
    high: Float64Array.from(pages, ({ high }) => high),
  };
}

/**
 * What thresholds are judged by where only episodes with their peaks are known: past alerts, or
 * predictions with their impact score. Below `lowest` nothing is known, so nothing is proposed there.
 */
export function evidenceOfEpisodes(
  unsorted: readonly PeakedEpisode[],
  view: EpisodeView,
  failures: readonly PricedFailure[],
  catching: CatchRule,
): ThresholdEvidence {
  const episodes = [...unsorted].sort((one, other) => one.at - other.at);
  const pages = pagesOfEpisodes(episodes, view);
  const losses = failures.map((failure) => {
    const open = episodes.filter(
      ({ at, endedAt }) => at <= failure.startedAt && (endedAt ?? Infinity) > failure.startedAt,
    );
    const highest = open.reduce((most, { level }) => Math.max(most, level), -Infinity);
    return { failure, pieces: lossPieces(failure, pages, highest, catching) };
  });
  const { from, until, lowest } = view;
  const levels = Float64Array.from(episodes, ({ level }) => level);
  return { pages, losses, from, until, lowest, ...scaleOf(levels) };
}
