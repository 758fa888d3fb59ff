import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import type { Journey } from '../../../src/core/journeys/journey.js';
import { NO_COUNTS } from '../../../src/core/journeys/stage-cell.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';
import type { Baseline } from '../../../src/core/outcomes/baseline.js';
import { ChampionScorer } from '../../../src/loop/champion-scorer.js';
import { MetricsAhead } from '../../../src/modules/journeys/metrics-ahead.js';
import { StageMetricsService } from '../../../src/modules/journeys/stage-metrics.service.js';
import { endBackfill, noteBackfill } from '../../../src/storage/backfill.store.js';
import { openDataSource } from '../../../src/storage/data-source.js';
import { EventCopies } from '../../../src/storage/event-copies.js';
import { addJourneyVersion, currentJourneys } from '../../../src/storage/journey.store.js';
import { ModelFiles } from '../../../src/storage/model-files.js';
import { logWarehouseChanges } from '../../../src/storage/stage-change.store.js';
import { createDatabase } from '../../postgres/database.js';

const TODAY = Date.UTC(2026, 2, 10);
const told: Journey = {
  ...{ key: 'shop', name: 'Shop', owner: 'team', window: HOUR, order: 'ordered' },
  stages: [{ key: 'visit', event: 'visit', weight: 1 }],
};

describe('metrics told ahead', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let source: DataSource;
  let journey: Journey;
  beforeAll(async () => {
    database = await createDatabase();
    source = await openDataSource(database.url);
    await addJourneyVersion(source.manager, told, TODAY - 30 * DAY);
    // As it is stored: a baseline is known by the journey's text.
    const [stored] = await currentJourneys(source.manager);
    journey = stored?.journey ?? told;
    const changes = Array.from({ length: 20 * 24 }, (_, hour) => ({
      ...NO_COUNTS,
      ...{ journey: 'shop', version: 1, stage: 'visit', entered: 120 },
      segment: hour % 2 === 0 ? 'web' : null,
      bucketStart: TODAY - 20 * DAY + hour * HOUR,
      knownAt: TODAY - 20 * DAY + (hour + 1) * HOUR,
    }));
    await source.transaction((sql) => logWarehouseChanges(sql, changes, HOUR));
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  function aService(): {
    readonly clock: { at: number; now: () => number };
    readonly metrics: StageMetricsService;
    readonly ahead: MetricsAhead;
    readonly learnt: (segment: string | null) => Promise<Baseline | null>;
  } {
    const clock = { at: TODAY + HOUR, now: (): number => clock.at };
    const scorer = new ChampionScorer(new ModelFiles('nowhere'));
    const metrics = new StageMetricsService(source, clock, scorer, new EventCopies('nowhere'));
    const ahead = new MetricsAhead(metrics, source, clock);
    const silent = {
      query: () => Promise.reject(new Error('not learnt yet')),
      getRepository: source.manager.getRepository.bind(source.manager),
    };
    const learnt = (segment: string | null): Promise<Baseline | null> =>
      scorer.baselines.of(silent, { journey, stageIndex: 0, segment }, clock.at);
    return { clock, metrics, ahead, learnt };
  }

  it('are learnt before anybody asks, and a day later with what was asked for', async () => {
    const { clock, metrics, ahead, learnt } = aService();
    await expect(learnt(null)).rejects.toThrow('not learnt yet');
    await ahead.tell();
    expect(await learnt(null)).not.toBeNull();
    await expect(learnt('web')).rejects.toThrow('not learnt yet');
    await metrics.metrics('shop', { from: TODAY - 5 * DAY, segment: 'web' });
    clock.at += DAY;
    await expect(learnt(null)).rejects.toThrow('not learnt yet');
    await ahead.tell();
    const [whole, web] = [await learnt(null), await learnt('web')];
    expect(web?.history.until).toBe(TODAY + DAY);
    expect(whole?.history.until).toBe(TODAY + DAY);
  });

  it('wait while history is fed, of which a part would be learnt', async () => {
    const { clock, ahead, learnt } = aService();
    await noteBackfill(source.manager, TODAY - 10 * DAY, clock.at);
    await ahead.tell();
    await expect(learnt(null)).rejects.toThrow('not learnt yet');
    await endBackfill(source.manager);
    await ahead.tell();
    expect(await learnt(null)).not.toBeNull();
  });

  it('end with the service', async () => {
    const { ahead, learnt } = aService();
    ahead.onApplicationBootstrap();
    await ahead.onModuleDestroy();
    await expect(learnt(null)).rejects.toThrow('not learnt yet');
  });
});
