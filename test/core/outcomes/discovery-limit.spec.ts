import { describe, expect, it } from '@jest/globals';

import { discoveryLimit, type Tested } from '../../../src/core/outcomes/discovery-limit.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { HOUR, MINUTE } from '../../../src/core/telemetry/time.js';

const BUCKETS = 2000;
const WIDTH = 5 * MINUTE;

const run = (bucket: number, p: number): Tested => {
  return { p, startedAt: bucket * WIDTH, endedAt: bucket * WIDTH + 2 * WIDTH };
};
const clear = (failure: number): Tested => run(10 * failure, 1e-9);

describe('discoveryLimit', () => {
  it('pays for all buckets, and less the more failures there are', () => {
    expect(discoveryLimit([[run(0, 0.001)]], BUCKETS, 0.05)).toBe(0);
    const three = [clear(1), clear(2), clear(3)];
    expect(discoveryLimit([three], BUCKETS, 0.05)).toBeCloseTo(0.15 / BUCKETS, 12);
    expect(discoveryLimit([three, three], BUCKETS, 0.05)).toBeCloseTo(0.3 / BUCKETS, 12);
  });

  it('takes one long outage for one failure, however many of its buckets surprise', () => {
    const outage = Array.from({ length: 72 }, (_, bucket) => run(bucket, 1e-9));
    expect(discoveryLimit([outage], BUCKETS, 0.05)).toBeCloseTo(0.05 / BUCKETS, 12);
  });

  it('lets in by chance at most its share of what is found, beside an outage of a day too', () => {
    const random = seededRandom(3);
    const outage = Array.from({ length: (6 * HOUR) / WIDTH }, (_, i) => run(i, 1e-12));
    const days = 300;
    let share = 0;
    for (let day = 0; day < days; day += 1) {
      const chance = Array.from({ length: BUCKETS }, (_, i) => run(1000 + 4 * i, random()));
      const limit = discoveryLimit([outage, chance], outage.length + BUCKETS, 0.05);
      const found = chance.filter(({ p }) => p <= limit).length;
      share += found / (1 + found) / days;
    }
    expect(share).toBeLessThan(0.07);
  });
});
