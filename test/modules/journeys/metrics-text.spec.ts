import { describe, expect, it } from '@jest/globals';

import type { Journey } from '../../../src/core/journeys/journey.js';
import type { StageSum, StatedCell } from '../../../src/core/journeys/stage-hours.js';
import { NO_COUNTS } from '../../../src/core/journeys/stage-cell.js';
import { stageMetrics } from '../../../src/core/journeys/stage-metrics.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';
import type { StageBands } from '../../../src/loop/metric-bands.js';
import { hoursOf } from '../../../src/loop/metric-cells.js';
import type { TextPlace, WrittenStretch } from '../../../src/modules/journeys/day-texts.js';
import { DayTexts } from '../../../src/modules/journeys/day-texts.js';
import type { MetricsFound } from '../../../src/modules/journeys/metrics-text.js';
import { metricsText, textPlace } from '../../../src/modules/journeys/metrics-text.js';
import type { StoredDay } from '../../../src/storage/day-sum.store.js';
import { packSums } from '../../../src/storage/packed-sums.js';

const START = Date.UTC(2026, 0, 5);
const stages = ['cart', 'buy'].map((key) => ({ key, event: key, weight: 1 }));
const journey: Journey = {
  ...{ key: 'shop', name: 'Shop', owner: 'team', window: HOUR, order: 'ordered', stages },
};

const hour = (stage: number, at: number, entered: number): StageSum => ({
  ...NO_COUNTS,
  ...{ stage: stages[stage]?.key ?? '', stageIndex: stage, segment: null, ofAll: true },
  ...{ bucketStart: at, width: HOUR, entered, converted: entered / 2, quantiles: null },
  ...{ revision: entered, computedAt: at + HOUR },
});

const bandsOf = (entered: number): StageBands => ({
  history: { from: START - DAY, until: START, buckets: 24, seasonality: 'flat' },
  band: () => {
    const [enteredInterval, convertedInterval] = [[1, 2] as const, [0, 1] as const];
    return { entered, enteredInterval, converted: 1, convertedInterval, conversionRate: 0.5 };
  },
});

const dayOf = (entered: number, start: number): StoredDay<WrittenStretch> => {
  const hours = [0, 1].map((stage) => packSums([hour(stage, start + 3 * HOUR, entered)]));
  return { stamp: String(entered), known: undefined, hours };
};

/** What is found where days that are kept already are not read. */
function knownTo(texts: DayTexts, asked: MetricsFound): MetricsFound {
  const place = textPlace(asked.stored, asked.range.segment, asked.bands);
  const days = [...asked.days].map(([day, stored]) => {
    const known = texts.recall(place, day, stored.stamp);
    return [day, known === undefined ? stored : { ...stored, known, hours: [] }] as const;
  });
  return { ...asked, days: new Map(days) };
}

const textOf = (texts: DayTexts, asked: MetricsFound): Buffer =>
  Buffer.concat(metricsText(texts, knownTo(texts, asked)));

/** From noon of the first day to the morning of the fourth: two whole days between. */
function found(change: Partial<MetricsFound> = {}): MetricsFound {
  const from = START + 12 * HOUR;
  return {
    stored: { journey, version: 1, effectiveFrom: null, knownAt: START },
    range: {
      from,
      to: START + 3 * DAY + 5 * HOUR,
      bucket: HOUR,
      segment: null,
      now: START + 9 * DAY,
    },
    cells: [hour(0, from, 6), hour(1, START + 3 * DAY, 4)],
    days: new Map([1, 2].map((day) => [START + day * DAY, dayOf(10 * day, START + day * DAY)])),
    bands: [bandsOf(6), null],
    ...change,
  };
}

interface Answer {
  readonly revision: number;
  readonly computedAt: string;
  readonly stages: readonly { readonly buckets: readonly { readonly entered: number }[] }[];
}

const read = (text: Buffer): Answer => JSON.parse(text.toString()) as Answer;

describe('the text of metrics', () => {
  it('tells each bucket of the range once, in order, as the cells give it', () => {
    const asked = found();
    const answer = read(textOf(new DayTexts(), asked));
    const days = [...asked.days.values()];
    const hours = days.flatMap((day) => hoursOf(journey, null, day.hours));
    const cells: StatedCell[] = [...asked.cells, ...hours];
    const expected = stageMetrics(journey, cells, { ...asked.range, segment: undefined });
    answer.stages.forEach(({ buckets }, stage) => {
      const ofStage = expected.filter(({ stageIndex }) => stageIndex === stage);
      expect(buckets).toHaveLength(12 + 48 + 5);
      expect(buckets).toEqual(
        ofStage.map(({ stage: _, stageIndex: __, bucketStart, ...counts }) => ({
          bucketStart: new Date(bucketStart).toISOString(),
          ...counts,
          baseline: asked.bands[stage]?.band(bucketStart) ?? null,
        })),
      );
    });
    const last = new Date(START + 3 * DAY + HOUR).toISOString();
    expect(answer).toMatchObject({ journey: 'shop', version: 1, revision: 20, computedAt: last });
    expect(answer.stages).toMatchObject([{ baseline: { buckets: 24 } }, { baseline: null }]);
  });

  it('is empty for a range that ends before it begins', () => {
    const { range } = found();
    const asked = found({ range: { ...range, to: range.from - 1 }, cells: [], days: new Map() });
    expect(read(textOf(new DayTexts(), asked)).stages).toMatchObject([
      { buckets: [] },
      { buckets: [] },
    ]);
  });

  const restated = new Map(found().days).set(START + DAY, dayOf(7, START + DAY));
  it.each<[string, Partial<MetricsFound>]>([
    ['hours', { days: restated }],
    ['baselines', { bands: [bandsOf(5), null] }],
    ['version', { stored: { ...found().stored, version: 2 } }],
    ['cells beside the days', { cells: [hour(0, START + 12 * HOUR, 9)] }],
  ])('is what another one without a memory says, where there are other %s', (_, change) => {
    const texts = new DayTexts();
    const before = textOf(texts, found()).toString();
    const after = textOf(texts, found(change)).toString();
    expect(after).toBe(textOf(new DayTexts(), found(change)).toString());
    expect(after).not.toBe(before);
    expect(textOf(texts, found()).toString()).toBe(before);
  });

  it('has the buckets of a restated day anew and those of the others as before', () => {
    const texts = new DayTexts();
    const enteredIn = (asked: MetricsFound): number[] =>
      (read(textOf(texts, asked)).stages[0]?.buckets ?? []).map(({ entered }) => entered);
    const [before, after] = [enteredIn(found()), enteredIn(found({ days: restated }))];
    const changed = after.flatMap((entered, index) => (entered === before[index] ? [] : [index]));
    expect(changed).toEqual([12 + 3]);
    expect(after[15]).toBe(7);
  });
});

describe('texts of days', () => {
  const place: TextPlace = { journey: 'a', version: 1, segment: null, bands: [bandsOf(1)] };
  const written = { texts: [Buffer.alloc(5e6)], revision: 1, computedAt: 1 };
  const text = { stamp: '4', written };

  it('are kept until their stamp or their bands are others', () => {
    const texts = new DayTexts();
    texts.keep(place, START, text);
    expect(texts.recall({ ...place }, START, '4')).toBe(written);
    expect(texts.recall(place, START, '5')).toBeUndefined();
    expect(texts.recall(place, START + DAY, '4')).toBeUndefined();
    expect(texts.recall({ ...place, journey: 'b' }, START, '4')).toBeUndefined();
    expect(texts.recall({ ...place, version: 2 }, START, '4')).toBeUndefined();
    expect(texts.recall({ ...place, segment: 'web' }, START, '4')).toBeUndefined();
    expect(texts.recall({ ...place, bands: [bandsOf(1)] }, START, '4')).toBeUndefined();
  });

  it('are forgotten in time, first where nobody has asked for longest', () => {
    const texts = new DayTexts();
    for (let day = 0; day < 40; day += 1) {
      texts.keep(place, START + day * DAY, text);
      texts.keep({ ...place, bands: [null] }, START + day * DAY, text);
      expect(texts.size).toBeLessThanOrEqual(64e6);
    }
    const others = ['b', 'c', 'd', 'e'].map((journey) => ({ ...place, journey }));
    for (const other of others) {
      for (let day = 0; day < 3; day += 1) texts.keep(other, START + day * DAY, text);
    }
    const kept = (journey: string): boolean =>
      texts.recall({ ...place, journey }, START, '4') !== undefined;
    expect(kept('b')).toBe(true);
    texts.keep({ ...place, journey: 'f' }, START, text);
    expect(['b', 'c', 'd', 'e', 'f'].map(kept)).toEqual([true, false, true, true, true]);
  });
});
