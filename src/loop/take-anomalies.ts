import type { EntityManager } from 'typeorm';

import { serviceOf } from '../core/features/service-of.js';
import { DEFAULT_HORIZON, outcomeDueAt } from '../core/outcomes/outcome-due.js';
import type { Anomaly } from '../core/telemetry/anomaly.js';
import { extendEpisode, joinsEpisode, startEpisode } from '../core/telemetry/episode.js';
import type { Instant } from '../core/telemetry/time.js';
import type { StoredAnomaly } from '../storage/anomaly.store.js';
import { anomaliesById, saveAnomalies } from '../storage/anomaly.store.js';
import { canonical, contentKey } from '../storage/content-key.js';
import type { EpisodeStage, StoredEpisode } from '../storage/episode.store.js';
import {
  episodesById,
  latestEpisodes,
  saveEpisodeStages,
  saveEpisodes,
} from '../storage/episode.store.js';
import type { StoredJourney } from '../storage/journey.store.js';
import type { Reigning } from './journeys-at.js';
import { JourneysAt } from './journeys-at.js';

/** An anomaly as it came in, and when. */
export interface Arrival {
  readonly anomaly: Anomaly;
  readonly receivedAt: Instant;
  /** Whether the sender told the fingerprint; otherwise it was made of rule and labels. */
  readonly tellsFingerprint?: boolean;
}

/** What came of an arrival. */
export interface Taken {
  readonly status: 'stored' | 'updated' | 'duplicate' | 'conflict';
  readonly anomaly: Anomaly;
  readonly episode: StoredEpisode | null;
  /** Of a conflict: what makes an anomaly this one, and is another here. */
  readonly field?: 'source' | 'startedAt' | 'fingerprint';
}

const LOCK = 7_405_002;

const keyOf = (one: { source: string; fingerprint: string }): string =>
  `${one.source}\0${one.fingerprint}`;

/** What of a known anomaly a revision would change although it cannot be changed. */
function conflictOf(known: Anomaly, { anomaly, tellsFingerprint }: Arrival): Taken['field'] {
  if (known.source !== anomaly.source) return 'source';
  if (known.startedAt !== anomaly.startedAt) return 'startedAt';
  const differs = known.fingerprint !== anomaly.fingerprint;
  return differs && tellsFingerprint === true ? 'fingerprint' : undefined;
}

/** What is known of the anomalies and episodes that a batch touches; folded forward arrival by arrival. */
class Ledger {
  readonly revisions: StoredAnomaly[] = [];
  readonly begun: StoredEpisode[] = [];
  readonly touched = new Map<string, StoredEpisode>();

  constructor(
    private readonly anomalies: Map<string, StoredAnomaly>,
    private readonly episodes: Map<string, StoredEpisode>,
    private readonly latest: Map<string, StoredEpisode>,
  ) {}

  take(arrival: Arrival): Taken {
    const { anomaly, receivedAt } = arrival;
    const known = this.anomalies.get(anomaly.id);
    if (known === undefined) return this.begin(anomaly, receivedAt);
    const field = conflictOf(known.anomaly, arrival);
    if (field !== undefined) {
      return { status: 'conflict', anomaly: known.anomaly, episode: null, field };
    }
    return this.revise(known, anomaly, receivedAt);
  }

  private begin(anomaly: Anomaly, receivedAt: Instant): Taken {
    const open = this.latest.get(keyOf(anomaly));
    const joins = open !== undefined && joinsEpisode({ ...open, anomalyIds: [] }, anomaly);
    const episode = joins
      ? this.extend(open, anomaly, { receivedAt, repeat: true })
      : this.startOf(anomaly, receivedAt);
    this.keep({ anomaly, episodeId: episode.id, revision: 1, knownAt: receivedAt });
    return { status: 'stored', anomaly, episode };
  }

  private revise(known: StoredAnomaly, later: Anomaly, receivedAt: Instant): Taken {
    const given = Object.entries(later).filter(([, value]) => value !== undefined);
    // A revision that brings no labels takes none away, and is not another fingerprint's by that.
    const { fingerprint } = known.anomaly;
    const labels = { ...known.anomaly.labels, ...later.labels };
    const kept = { fingerprint, labels };
    const anomaly = { ...known.anomaly, ...Object.fromEntries(given), ...kept } as Anomaly;
    const episode = this.touched.get(known.episodeId) ?? this.episodes.get(known.episodeId) ?? null;
    if (contentKey(canonical(anomaly)) === known.content) {
      return { status: 'duplicate', anomaly, episode };
    }
    if (episode !== null) this.extend(episode, anomaly, { receivedAt, repeat: false });
    const revision = known.revision + 1;
    this.keep({ anomaly, episodeId: known.episodeId, revision, knownAt: receivedAt });
    return { status: 'updated', anomaly, episode };
  }

  private startOf(anomaly: Anomaly, receivedAt: Instant): StoredEpisode {
    const { anomalyIds: _, ...started } = startEpisode(anomaly);
    const episode: StoredEpisode = {
      ...started,
      name: anomaly.name,
      service: serviceOf(anomaly.labels),
      severity: anomaly.severity,
      endedKnownAt: started.endedAt === null ? null : receivedAt,
      knownAt: receivedAt,
    };
    this.begun.push(episode);
    return this.remember(episode);
  }

  private extend(
    episode: StoredEpisode,
    anomaly: Anomaly,
    how: { readonly receivedAt: Instant; readonly repeat: boolean },
  ): StoredEpisode {
    const anomalyIds = how.repeat ? [] : [anomaly.id];
    const { anomalyIds: _, ...extended } = extendEpisode({ ...episode, anomalyIds }, anomaly);
    const ended = extended.endedAt !== episode.endedAt ? how.receivedAt : episode.endedKnownAt;
    const endedKnownAt = extended.endedAt === null ? null : ended;
    return this.remember({ ...episode, ...extended, endedKnownAt });
  }

  private remember(episode: StoredEpisode): StoredEpisode {
    this.touched.set(episode.id, episode);
    this.latest.set(keyOf(episode), episode);
    return episode;
  }

  private keep(row: Omit<StoredAnomaly, 'content'>): void {
    const stored = { ...row, content: contentKey(canonical(row.anomaly)) };
    this.anomalies.set(row.anomaly.id, stored);
    this.revisions.push(stored);
  }
}

async function openLedger(sql: EntityManager, arrivals: readonly Arrival[]): Promise<Ledger> {
  const anomalies = arrivals.map((arrival) => arrival.anomaly);
  const known = await anomaliesById(
    sql,
    anomalies.map((anomaly) => anomaly.id),
  );
  const latest = await latestEpisodes(sql, anomalies);
  const episodes = await episodesById(
    sql,
    [...known.values()].map((stored) => stored.episodeId),
  );
  return new Ledger(known, episodes, new Map(latest.map((episode) => [keyOf(episode), episode])));
}

/** The stages that a new episode touches, and when its harm on each can be measured. */
function stagesOf(
  episode: StoredEpisode,
  anomaly: Anomaly,
  { journeys, mappingsOf }: Reigning,
): EpisodeStage[] {
  return mappingsOf(anomaly).flatMap((mapping) => {
    const journey = journeys.find((one) => one.journey.key === mapping.journey)?.journey;
    const stage = journey?.stages[mapping.stageIndex];
    if (journey === undefined || stage === undefined) return [];
    return {
      episodeId: episode.id,
      journey: mapping.journey,
      version: mapping.version,
      stage: mapping.stage,
      relevance: mapping.relevance,
      horizon: stage.horizon ?? DEFAULT_HORIZON,
      dueAt: outcomeDueAt(episode, stage, journey),
    };
  });
}

/**
 * Stores anomalies in the order in which they came, inside the caller's transaction: new ones begin
 * or join an episode, known ones are revised, and each new episode is
 * mapped to the stages that it touches in the journeys of its time.
 */
export async function takeAnomalies(
  sql: EntityManager,
  arrivals: readonly Arrival[],
  versions: readonly StoredJourney[],
): Promise<Taken[]> {
  // Two requests that begin the same episode must not both begin it.
  await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  const ledger = await openLedger(sql, arrivals);
  const taken = arrivals.map((arrival) => ledger.take(arrival));
  await saveEpisodes(sql, [...ledger.touched.values()]);
  await saveAnomalies(sql, ledger.revisions);
  const first = new Map(taken.map(({ anomaly }) => [anomaly.id, anomaly]));
  const journeys = new JourneysAt(versions);
  const stages = ledger.begun.flatMap((episode) => {
    const anomaly = first.get(episode.id);
    return anomaly === undefined ? [] : stagesOf(episode, anomaly, journeys.at(episode.knownAt));
  });
  await saveEpisodeStages(sql, stages);
  return taken;
}
