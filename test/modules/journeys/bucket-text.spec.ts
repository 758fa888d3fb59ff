import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { StageMetric } from '../../../src/core/journeys/stage-metrics.js';
import type { BaselineBand } from '../../../src/core/outcomes/baseline-band.js';
import { bucketText } from '../../../src/modules/journeys/bucket-text.js';

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const count = fc.integer({ min: 0, max: 2 ** 40 });
const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one);

const metric: fc.Arbitrary<StageMetric> = fc.record({
  ...{ stage: fc.constant('cart'), stageIndex: fc.constant(0) },
  bucketStart: fc.integer({ min: 0, max: 4e12 }),
  entered: count,
  mature: fc.record({ entered: count, converted: count, dropped: count }),
  immature: fc.record({ entered: count, converted: count }),
  ...{ conversionRate: orNull(number), dropOff: orNull(number) },
  secondsToConvert: orNull(fc.record({ mean: number, median: number, p90: number })),
  csat: orNull(fc.record({ count, mean: number })),
  nps: orNull(fc.record({ count, mean: number, score: number })),
});

const band: fc.Arbitrary<BaselineBand> = fc.record({
  ...{ entered: number, enteredInterval: fc.tuple(number, number) },
  ...{ converted: number, convertedInterval: fc.tuple(number, number), conversionRate: number },
});

describe('the text of a bucket', () => {
  it('is the bucket as JSON, with its baseline', () => {
    fc.assert(
      fc.property(metric, orNull(band), (found, baseline) => {
        const { stage: _, stageIndex: __, bucketStart, ...counts } = found;
        const start = new Date(bucketStart).toISOString();
        const expected = JSON.stringify({ bucketStart: start, ...counts, baseline });
        expect(bucketText(found, start, baseline)).toBe(expected);
      }),
    );
  });
});
