import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import type { Journey } from '../../src/core/journeys/journey.js';
import { NO_COUNTS } from '../../src/core/journeys/stage-cell.js';
import { DAY, HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import { Baselines } from '../../src/loop/baselines.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { logWarehouseChanges } from '../../src/storage/stage-change.store.js';
import { createDatabase } from '../postgres/database.js';

const journey: Journey = {
  key: 'shop',
  name: 'Shop',
  owner: 'team',
  window: HOUR,
  order: 'ordered',
  stages: [{ key: 'visit', event: 'visit', weight: 1 }],
};
const today = Date.UTC(2026, 2, 10);

describe('baselines', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let source: DataSource;
  beforeAll(async () => {
    database = await createDatabase();
    source = await openDataSource(database.url);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('are looked for again where there was no history yet, and anew for another version of the journey', async () => {
    const baselines = new Baselines();
    const stage = { journey, stageIndex: 0, segment: null };
    expect(await baselines.of(source.manager, stage, today + HOUR)).toBeNull();
    const changes = Array.from({ length: 14 * 24 }, (_, hour) => ({
      ...NO_COUNTS,
      journey: 'shop',
      version: 1,
      stage: 'visit',
      segment: null,
      bucketStart: today - 14 * DAY + hour * HOUR,
      knownAt: today - 14 * DAY + (hour + 1) * HOUR,
      entered: 120,
    }));
    await source.transaction((sql) => logWarehouseChanges(sql, changes, HOUR));
    const found = await baselines.of(source.manager, stage, today + HOUR + MINUTE);
    expect(found?.history.buckets).toBeGreaterThan(300);
    // Another version of the journey goes on to a next stage: the last entries may still convert.
    const stages = [...journey.stages, { key: 'order', event: 'order', weight: 1 }];
    const later = { ...stage, journey: { ...journey, stages } };
    const ofLater = await baselines.of(source.manager, later, today + HOUR + MINUTE);
    expect((found?.history.until ?? 0) - (ofLater?.history.until ?? 0)).toBe(HOUR);
  });
});
