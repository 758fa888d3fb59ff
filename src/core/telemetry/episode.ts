import type { Anomaly } from './anomaly.js';
import { MINUTE, type Duration, type Instant } from './time.js';

/** Repeats with a gap below this are one episode. */
export const EPISODE_GAP: Duration = 15 * MINUTE;

/** Repeats of one fingerprint with a short gap: one trouble, one unit of scoring and learning. */
export interface Episode {
  /** The first anomaly's id. */
  readonly id: string;
  readonly source: string;
  readonly fingerprint: string;
  readonly startedAt: Instant;
  /** The latest end; null while it is open. */
  readonly endedAt: Instant | null;
  /** When the latest of its anomalies started. */
  readonly lastSeenAt: Instant;
  /** How many anomalies came after the first. */
  readonly repeats: number;
  readonly anomalyIds: readonly string[];
}

/** An episode of one anomaly. */
export function startEpisode(anomaly: Anomaly): Episode {
  return {
    id: anomaly.id,
    source: anomaly.source,
    fingerprint: anomaly.fingerprint,
    startedAt: anomaly.startedAt,
    endedAt: anomaly.endedAt ?? null,
    lastSeenAt: anomaly.startedAt,
    repeats: 0,
    anomalyIds: [anomaly.id],
  };
}

/**
 * Whether an anomaly continues an episode: the same source and fingerprint, and less than the gap
 * after its latest end (after its latest start where no end is known).
 */
export function joinsEpisode(
  episode: Episode,
  anomaly: Anomaly,
  gap: Duration = EPISODE_GAP,
): boolean {
  const latest = Math.max(episode.lastSeenAt, episode.endedAt ?? episode.lastSeenAt);
  return (
    episode.source === anomaly.source &&
    episode.fingerprint === anomaly.fingerprint &&
    anomaly.startedAt >= episode.startedAt &&
    anomaly.startedAt - latest < gap
  );
}

/** The episode with one more anomaly; the same anomaly again (a revision) is not a repeat. */
export function extendEpisode(episode: Episode, anomaly: Anomaly): Episode {
  const known = episode.anomalyIds.includes(anomaly.id);
  const end = anomaly.startedAt < episode.lastSeenAt ? episode.endedAt : (anomaly.endedAt ?? null);
  const ends = [anomaly.endedAt, episode.endedAt].filter((at) => at !== null && at !== undefined);
  return {
    ...episode,
    endedAt: end === null ? null : Math.max(...ends),
    lastSeenAt: Math.max(episode.lastSeenAt, anomaly.startedAt),
    repeats: episode.repeats + (known ? 0 : 1),
    anomalyIds: known ? episode.anomalyIds : [...episode.anomalyIds, anomaly.id],
  };
}

/** Groups anomalies into episodes, oldest first; the order of the input does not matter. */
export function episodesOf(
  anomalies: readonly Anomaly[],
  gap: Duration | ((anomaly: Anomaly) => Duration) = EPISODE_GAP,
): Episode[] {
  const gapOf = typeof gap === 'number' ? (): Duration => gap : gap;
  const byTime = [...anomalies].sort(
    (a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );
  const latest = new Map<string, number>();
  const episodes: Episode[] = [];
  for (const anomaly of byTime) {
    const key = JSON.stringify([anomaly.source, anomaly.fingerprint]);
    const index = latest.get(key);
    const open = index === undefined ? undefined : episodes[index];
    if (index !== undefined && open && joinsEpisode(open, anomaly, gapOf(anomaly))) {
      episodes[index] = extendEpisode(open, anomaly);
    } else {
      latest.set(key, episodes.length);
      episodes.push(startEpisode(anomaly));
    }
  }
  return episodes;
}
