import type { DataSource } from 'typeorm';

import type { Instant } from '../core/telemetry/time.js';
import { anomaliesById } from '../storage/anomaly.store.js';
import { openEpisodeIds } from '../storage/episode.store.js';
import { savePredictions } from '../storage/prediction.store.js';
import type { ChampionScorer } from './champion-scorer.js';

/**
 * Scores every open episode anew with what is known now. Reports judge the first prediction; the
 * queue shows the latest.
 *
 * @returns how many were rescored.
 */
export async function rescoreOpenEpisodes(
  source: DataSource,
  scorer: ChampionScorer,
  now: Instant,
): Promise<number> {
  return await source.transaction(async (sql) => {
    const anomalies = await anomaliesById(sql, await openEpisodeIds(sql, now));
    const items = [...anomalies.values()].map(({ anomaly, episodeId }) => ({
      anomaly,
      episodeId,
      asOf: now,
    }));
    const scored = await scorer.score(sql, items);
    await savePredictions(
      sql,
      scored.flat().map((one) => ({ ...one, answered: false })),
    );
    return items.length;
  });
}
