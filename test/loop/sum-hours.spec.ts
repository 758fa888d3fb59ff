import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';

import type { Journey } from '../../src/core/journeys/journey.js';
import { secondsBin } from '../../src/core/journeys/seconds-histogram.js';
import type { StageCell } from '../../src/core/journeys/stage-cell.js';
import { NO_COUNTS } from '../../src/core/journeys/stage-cell.js';
import type { StatedCell } from '../../src/core/journeys/stage-hours.js';
import type { StageMetric } from '../../src/core/journeys/stage-metrics.js';
import { stageMetrics } from '../../src/core/journeys/stage-metrics.js';
import { StageSums } from '../../src/core/journeys/stage-sums.js';
import { DAY, HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import type { MetricRange } from '../../src/loop/metric-cells.js';
import { hoursOf, metricCells, recallNothing } from '../../src/loop/metric-cells.js';
import { sumHours } from '../../src/loop/sum-hours.js';
import type { StoredDay } from '../../src/storage/day-sum.store.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { addJourneyVersion } from '../../src/storage/journey.store.js';
import { restateHours } from '../../src/storage/stage-hour.store.js';
import { storedCells } from '../../src/storage/stage-metric.store.js';
import { saveWarehouseMetric } from '../../src/storage/warehouse.store.js';
import { createDatabase } from '../postgres/database.js';

const ORIGIN = Date.UTC(2026, 2, 10);
const NOW = ORIGIN + 2 * DAY + 17 * MINUTE;

const journey: Journey = {
  key: 'shop',
  name: 'Shop',
  owner: 'team',
  window: 90 * MINUTE,
  order: 'ordered',
  stages: [
    { key: 'visit', event: 'visit', weight: 1 },
    { key: 'cart', event: 'cart', weight: 1, window: 10 * MINUTE },
    { key: 'buy', event: 'buy', weight: 1 },
  ],
};

const change = fc
  .record({
    stageIndex: fc.constantFrom(0, 1, 2),
    segment: fc.constantFrom(null, 'mobile', 'web'),
    cell: fc.integer({ min: 0, max: (2 * DAY) / (5 * MINUTE) }),
    entered: fc.integer({ min: 1, max: 9 }),
    took: fc.option(fc.integer({ min: 0, max: 5000 })),
    csat: fc.option(fc.integer({ min: 10, max: 50 }).map((tenths) => tenths / 10)),
    nps: fc.option(fc.integer({ min: 0, max: 10 })),
  })
  .map(({ stageIndex, segment, cell, entered, took, csat, nps }): StageCell => ({
    ...NO_COUNTS,
    ...{ stageIndex, segment, entered },
    bucketStart: ORIGIN + cell * 5 * MINUTE,
    ...(took === null
      ? {}
      : {
          converted: 1,
          millisToConvert: took * 1000,
          secondsHistogram: { [secondsBin(took * 1000)]: 1 },
        }),
    ...(csat === null ? {} : { csatCount: 1, csatSum: csat }),
    ...(nps === null ? {} : { npsCount: 1, npsSum: nps, npsNet: nps >= 9 ? 1 : nps <= 6 ? -1 : 0 }),
  }));

const range = fc.record({
  from: fc.integer({ min: 0, max: 40 }).map((hours) => ORIGIN + hours * HOUR),
  length: fc.integer({ min: 1, max: 2 * 24 * 60 }).map((minutes) => minutes * MINUTE),
  bucket: fc.constantFrom(5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, DAY),
  segment: fc.constantFrom(null, 'mobile', 'nobody'),
  now: fc.integer({ min: 0, max: 200 }).map((minutes) => NOW - minutes * MINUTE),
});

describe('hours of stage metrics', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let source: DataSource;
  beforeAll(async () => {
    database = await createDatabase();
    source = await openDataSource(database.url);
    await addJourneyVersion(source.manager, journey, ORIGIN);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const restate = (changes: readonly StageCell[]): Promise<void> =>
    source.transaction(async (sql) => {
      const sums = new StageSums();
      for (const one of changes) sums.add(one);
      const stored = { journey, version: 1, effectiveFrom: null, knownAt: ORIGIN };
      await restateHours(sql, stored, new Map([[NOW, sums]]), NOW);
    });

  const metricsOf = (cells: readonly StatedCell[], asked: MetricRange): StageMetric[] => {
    return stageMetrics(journey, cells, { ...asked, segment: undefined });
  };

  /** From what is added up, and from cells where nothing is. */
  async function quickly(asked: MetricRange): Promise<StatedCell[]> {
    const { cells, days } = await metricCells(source, journey, asked, recallNothing);
    const stored = [...days.values()];
    return [...cells, ...stored.flatMap(({ hours }) => hoursOf(journey, asked.segment, hours))];
  }

  /** From every cell, none added up before. */
  async function plainly(asked: MetricRange): Promise<StageMetric[]> {
    const cells = await storedCells(source.manager, 'shop', asked);
    const places = ['visit', 'cart', 'buy'];
    return metricsOf(
      cells.map((cell) => ({ ...cell, stageIndex: places.indexOf(cell.stage) })),
      asked,
    );
  }

  async function expectSame(): Promise<void> {
    await fc.assert(
      fc.asyncProperty(range, async ({ from, length, bucket, segment, now }) => {
        const start = Math.floor(from / bucket) * bucket;
        const asked = { from: start, to: from + length, bucket, segment, now };
        expect(metricsOf(await quickly(asked), asked)).toEqual(await plainly(asked));
      }),
      { numRuns: 25 },
    );
  }

  it('give what the cells give, added up or not, and whatever comes late', async () => {
    const sample = fc.sample(change, { numRuns: 900, seed: 11 });
    await restate(sample.slice(0, 700));
    await expectSame();
    expect(await sumHours(source)).toBe(49);
    expect(await sumHours(source)).toBe(0);
    await expectSame();
    await restate(sample.slice(700));
    await expectSame();
    await sumHours(source);
    await expectSame();
  }, 120_000);

  it('are read where nothing has changed, and only there', async () => {
    const asked = { from: ORIGIN, to: ORIGIN + DAY, bucket: HOUR, segment: null, now: NOW };
    const others = async (bucket: number): Promise<number> =>
      (await quickly({ ...asked, bucket })).filter(({ width }) => width !== bucket).length;
    await sumHours(source);
    expect([await others(HOUR), await others(DAY)]).toEqual([0, 0]);
    const late = { entered: 4, bucketStart: ORIGIN + 5 * HOUR, stageIndex: 0, segment: null };
    await restate([{ ...NO_COUNTS, ...late }]);
    expect(await others(HOUR)).toBeGreaterThan(0);
    expect(await others(HOUR)).toBeLessThanOrEqual(36 * 3);
    expect(await others(DAY)).toBeLessThanOrEqual(36 * 3 + 23 * 3);
  });

  it('keep the change of a transaction that ends while they are added up', async () => {
    const late = source.createQueryRunner();
    await late.startTransaction();
    const told = { journey: 'shop', version: 1, stage: 'cart', segment: 'web', bucket: HOUR };
    const metric = { ...told, bucketStart: ORIGIN + 7 * HOUR, entered: 50, converted: 20 };
    await saveWarehouseMetric(late.manager, metric, NOW);
    await restate(fc.sample(change, { numRuns: 20, seed: 12 }));
    await sumHours(source);
    await late.commitTransaction();
    await late.release();
    await expectSame();
    expect(await sumHours(source)).toBe(1);
    await expectSame();
  });

  it('have another stamp once they are added up anew, those of other days the same', async () => {
    await sumHours(source);
    const asked = {
      from: ORIGIN,
      to: ORIGIN + 2 * DAY,
      bucket: HOUR,
      segment: 'web',
      now: NOW + DAY,
    };
    const read = async (): Promise<StoredDay<string>[]> => {
      const found = await metricCells(source, journey, asked, (_, stamp) =>
        kept.has(stamp) ? stamp : undefined,
      );
      return [...found.days.values()];
    };
    const kept = new Set<string>();
    const before = await read();
    expect(before.map(({ hours }) => hours.some(({ length }) => length > 0))).toEqual([true, true]);
    before.forEach(({ stamp }) => kept.add(stamp));
    // Neither is read again.
    expect(await read()).toEqual(before.map(({ stamp }) => ({ stamp, known: stamp, hours: [] })));
    const late = { entered: 4, bucketStart: ORIGIN + 30 * HOUR, stageIndex: 0, segment: 'web' };
    await restate([{ ...NO_COUNTS, ...late }]);
    // Until it is added up, the day is told by its cells.
    expect((await read()).map(({ stamp }) => stamp)).toEqual([before[0]?.stamp]);
    await sumHours(source);
    const [first, second] = await read();
    expect(first?.known).toBe(before[0]?.stamp);
    expect(second?.known).toBeUndefined();
    expect(second?.hours[0]).not.toEqual(before[1]?.hours[0]);
  });

  it('are gone with the cells', async () => {
    await source.query(`DELETE FROM stage_hour WHERE hour < $1`, [new Date(ORIGIN + 6 * HOUR)]);
    await expectSame();
    expect(await sumHours(source)).toBe(6);
    await expectSame();
  });
});
