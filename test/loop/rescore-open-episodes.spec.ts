import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { FeatureRow } from '../../src/core/features/feature-schema.js';
import { ChampionScorer } from '../../src/loop/champion-scorer.js';
import { recordOutcome } from '../../src/loop/record-outcome.js';
import { rescoreOpenEpisodes } from '../../src/loop/rescore-open-episodes.js';
import { ModelFiles } from '../../src/storage/model-files.js';
import {
  firstPredictions,
  predictionsOf,
  savePredictions,
} from '../../src/storage/prediction.store.js';
import { saveChange } from '../../src/storage/change.store.js';
import { SmallWorld, aJourney, anAnomaly, anOutcome, day } from './small-world.js';

let world: SmallWorld;
const scorer = new ChampionScorer(new ModelFiles('nowhere'));

const begun = day(1, 8);
const open = anAnomaly('open', { startedAt: begun });
const over = anAnomaly('over', { startedAt: begun, endedAt: begun });

beforeAll(async () => {
  world = await SmallWorld.open();
  await world.define(aJourney());
  const arrivals = [open, over].map((anomaly) => ({ anomaly, receivedAt: begun }));
  await world.take(...arrivals);
  const items = arrivals.map(({ anomaly }) => {
    return { anomaly, episodeId: anomaly.id, asOf: begun };
  });
  await savePredictions(
    world.source.manager,
    (await scorer.score(world.source.manager, items)).flat(),
  );
});

afterAll(async () => {
  await world.close();
});

async function latestFeatures(): Promise<FeatureRow> {
  const [row] = await world.rows(
    `SELECT features FROM prediction WHERE anomaly_id = 'open' ORDER BY id DESC LIMIT 1`,
  );
  return row?.['features'] as FeatureRow;
}

describe('rescoring', () => {
  it('answers anew for what is open; the first answer stays the first', async () => {
    const sql = world.source.manager;
    const before = await firstPredictions(sql, day(9));
    const occurredAt = begun + 60_000;
    const labels = { service: 'payment' };
    await saveChange(sql, { id: 'c', kind: 'release', title: '2', labels, occurredAt }, occurredAt);
    const now = begun + 5 * 60_000;
    expect(await rescoreOpenEpisodes(world.source, scorer, now)).toBe(1);
    expect(await firstPredictions(sql, day(9))).toEqual(before);
    const latest = await predictionsOf(sql, ['open', 'over']);
    expect(latest.get('over')?.[0]?.featuresAsOf).toBe(begun);
    const rescored = latest.get('open')?.[0];
    const first = before.find(({ anomalyId }) => anomalyId === 'open')?.prediction;
    expect(rescored?.featuresAsOf).toBe(now);
    expect(rescored?.probability).toBeGreaterThan(first?.probability ?? 1);
    const answered = await world.rows('SELECT is_first, answered FROM prediction ORDER BY id');
    expect(answered.map((one) => [one['is_first'], one['answered']])).toEqual([
      [true, true],
      [true, true],
      [false, false],
    ]);
    const [queued] = await world.rows(`SELECT top_priority FROM episode WHERE id = 'open'`);
    expect(queued?.['top_priority']).toBeCloseTo(rescored?.priority.value ?? -1, 12);
    const [staged] = await world.rows(
      `SELECT priority FROM episode_stage WHERE episode_id = 'open' AND stage = '${rescored?.stage}'`,
    );
    expect(staged?.['priority']).toBeCloseTo(rescored?.priority.value ?? -1, 12);
  });

  it('does not take what people say of the episode itself for its history', async () => {
    const now = begun + 30 * 60_000;
    await rescoreOpenEpisodes(world.source, scorer, now);
    const { stage_evidence: before } = await latestFeatures();
    await world.source.transaction(async (sql) => {
      await recordOutcome(sql, anOutcome('own', 'open'), now);
    });
    await rescoreOpenEpisodes(world.source, scorer, now + 1000);
    expect((await latestFeatures())['stage_evidence']).toBe(before);
    await world.source.transaction(async (sql) => {
      await recordOutcome(sql, anOutcome('other', 'over'), now);
    });
    await rescoreOpenEpisodes(world.source, scorer, now + 2000);
    expect((await latestFeatures())['stage_evidence']).toBeGreaterThan(Number(before));
  });
});
