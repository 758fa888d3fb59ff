import { describe, expect, it } from '@jest/globals';

import type { StageMetric } from '../../../src/core/journeys/stage-metrics.js';
import type { BaselineBand } from '../../../src/core/outcomes/baseline-band.js';
import { BucketTexts } from '../../../src/modules/journeys/bucket-texts.js';

const START = Date.UTC(2026, 0, 5);

const metric: StageMetric = {
  ...{ stage: 'cart', stageIndex: 0, bucketStart: START, entered: 5 },
  mature: { entered: 4, converted: 2, dropped: 2 },
  immature: { entered: 1, converted: 0 },
  ...{ conversionRate: 0.5, dropOff: 0.5 },
  secondsToConvert: { mean: 3, median: 2, p90: 5 },
  csat: { count: 1, mean: 4 },
  nps: { count: 2, mean: 8, score: 50 },
};

const band: BaselineBand = {
  entered: 6,
  enteredInterval: [4, 8],
  converted: 3,
  convertedInterval: [1, 5],
  conversionRate: 0.5,
};

describe('texts of buckets', () => {
  it('are the buckets as JSON', () => {
    const { stage: _, stageIndex: __, ...counts } = metric;
    const text = new BucketTexts().of('a', metric, band);
    const expected = { ...counts, bucketStart: '2026-01-05T00:00:00.000Z', baseline: band };
    expect(JSON.parse(text)).toEqual(expected);
  });

  it.each<[string, Partial<StageMetric>]>([
    ['entries', { entered: 6, mature: { ...metric.mature, entered: 5 } }],
    ['conversions', { mature: { ...metric.mature, converted: 3 } }],
    ['dropped', { mature: { ...metric.mature, dropped: 1 } }],
    ['immature', { immature: { entered: 1, converted: 1 } }],
    ['the rate', { conversionRate: null }],
    ['the mean time', { secondsToConvert: { mean: 4, median: 2, p90: 5 } }],
    ['the slow ones', { secondsToConvert: { mean: 3, median: 2, p90: 6 } }],
    ['no times', { secondsToConvert: null }],
    ['satisfaction', { csat: { count: 1, mean: 5 } }],
    ['no satisfaction', { csat: null }],
    ['promoters', { nps: { count: 2, mean: 8, score: 0 } }],
  ])('are written anew where they differ in %s', (_, change) => {
    const texts = new BucketTexts();
    texts.of('a', metric, band);
    const changed = { ...metric, ...change };
    const anew = texts.of('a', changed, band);
    expect(anew).toBe(new BucketTexts().of('a', changed, band));
    expect(texts.of('a', metric, band)).not.toBe(anew);
  });

  it('are written anew where the baseline is another', () => {
    const texts = new BucketTexts();
    expect(texts.of('a', metric, band)).not.toBe(texts.of('a', metric, { ...band, entered: 7 }));
    expect(texts.of('a', metric, null)).toContain('"baseline":null');
  });

  it('are forgotten in time', () => {
    const texts = new BucketTexts();
    for (let i = 0; i < 120_000; i += 1) {
      texts.of('a', { ...metric, bucketStart: START + i }, band);
    }
    expect(texts.size).toBeLessThanOrEqual(50_000);
  });
});
