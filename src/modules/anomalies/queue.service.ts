import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import { attemptState } from '../../core/journeys/attempt.js';
import { HOUR } from '../../core/telemetry/time.js';
import { Clock } from '../../http/clock.js';
import type { ActorAttempt } from '../../loop/attempts-under-way.js';
import { attemptsUnderWay } from '../../loop/attempts-under-way.js';
import { projectEvents } from '../../loop/project-events.js';
import type { QueueQuery, QueueRow } from '../../storage/anomaly-queue.store.js';
import { anomalyQueue, similarEpisodes } from '../../storage/anomaly-queue.store.js';
import type { StoredAnomaly } from '../../storage/anomaly.store.js';
import { anomaliesById } from '../../storage/anomaly.store.js';
import { changesBetween } from '../../storage/change.store.js';
import type { StoredEpisode } from '../../storage/episode.store.js';
import { episodesById } from '../../storage/episode.store.js';
import { journeyVersions } from '../../storage/journey.store.js';
import { predictionsOf } from '../../storage/prediction.store.js';
import { formatInstant, writeTimes } from '../../wire/instant.js';
import { key } from '../../wire/labels.js';
import { writePrediction } from '../../wire/prediction.js';

/** What a page of the queue is asked for; the cursor is opaque to the asker. */
export type PageQuery = Omit<QueueQuery, 'after' | 'now'> & {
  readonly cursor?: string | undefined;
};

function cursorOf(row: QueueRow): string {
  return Buffer.from(JSON.stringify([row.place, row.id])).toString('base64url');
}

function placeOf(cursor: string): { at: number; id: string } {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof at === 'number' && Number.isFinite(at) && key.safeParse(id).success)
      return { at, id: String(id) };
  } catch {
    // Told below like any other wrong cursor.
  }
  const fields = [
    { pointer: '/cursor', code: 'bad-cursor', detail: 'was not given by this queue' },
  ];
  throw new Problem(400, 'invalid-query', 'the cursor was not given by this queue', { fields });
}

function queueItem(row: QueueRow): object {
  return {
    ...writeTimes(row.anomaly),
    endedAt: row.endedAt?.toISOString(),
    state: row.open ? 'open' : 'ended',
    repeats: row.repeats,
    priority: row.priority,
    predictions: row.predictions.map(writePrediction),
  };
}

@Injectable()
export class QueueService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async page(query: PageQuery): Promise<object> {
    const { cursor, ...asked } = query;
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const now = this.clock.now();
    const found = await anomalyQueue(this.source.manager, { ...asked, after, now });
    const last = found.length === asked.limit ? found.at(-1) : undefined;
    return {
      items: found.map(queueItem),
      ...(last === undefined ? {} : { next: cursorOf(last) }),
    };
  }

  async one(id: string): Promise<object> {
    const { anomaly, episode } = await this.known(id);
    const sql = this.source.manager;
    const predictions = (await predictionsOf(sql, [id])).get(id) ?? [];
    const similar = await similarEpisodes(sql, episode.id, 10);
    const { startedAt } = episode;
    const nearby = { from: startedAt - 24 * HOUR, to: startedAt + HOUR };
    const changes = await changesBetween(sql, nearby, { limit: 50 });
    return {
      ...writeTimes(anomaly.anomaly),
      revision: anomaly.revision,
      episode: writeTimes(episode),
      predictions: predictions.map(writePrediction),
      similarEpisodes: similar.map((one) => ({ ...one, startedAt: one.startedAt.toISOString() })),
      changesNearby: changes.map(writeTimes),
    };
  }

  /** The attempts that were under way on the touched journeys while the episode fired. */
  async stories(id: string, limit: number): Promise<object> {
    const { episode } = await this.known(id);
    const sql = this.source.manager;
    const predictions = (await predictionsOf(sql, [episode.id])).get(episode.id) ?? [];
    const versions = await journeyVersions(sql);
    const now = this.clock.now();
    const from = episode.startedAt;
    const to = Math.min(episode.endedAt ?? episode.startedAt + HOUR, now);
    await projectEvents(this.source, now);
    const stories: object[] = [];
    for (const key of new Set(predictions.map((prediction) => prediction.journey))) {
      const own = versions.filter(({ journey }) => journey.key === key);
      const found = await attemptsUnderWay(sql, own, { from, to }, limit);
      stories.push(...found.map((one) => storyOf(one, now)));
    }
    return { items: stories.slice(0, limit) };
  }

  private async known(id: string): Promise<{ anomaly: StoredAnomaly; episode: StoredEpisode }> {
    const anomaly = (await anomaliesById(this.source.manager, [id])).get(id);
    const episodes = await episodesById(this.source.manager, [anomaly?.episodeId ?? '']);
    const episode = episodes.get(anomaly?.episodeId ?? '');
    if (anomaly !== undefined && episode !== undefined) return { anomaly, episode };
    throw new Problem(404, 'unknown-anomaly', `there is no anomaly ${id}`);
  }
}

function storyOf({ stored, actor, attempt }: ActorAttempt, now: number): object {
  const { journey } = stored;
  return {
    journey: journey.key,
    actor,
    segment: attempt.segment,
    startedAt: formatInstant(attempt.startedAt),
    ...attemptState(journey, attempt, now),
    furthest: journey.stages[attempt.furthest]?.key ?? null,
    stages: journey.stages.map((stage, index) => {
      const at = attempt.stageTimes[index] ?? null;
      return { stage: stage.key, at: at === null ? null : formatInstant(at) };
    }),
    satisfaction: attempt.satisfaction,
  };
}
