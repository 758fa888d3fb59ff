import { describe, expect, it } from '@jest/globals';

import { deLongInterval } from '../../../src/core/statistics/delong.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

describe('the interval of a ROC-AUC by DeLong', () => {
  it('is what placement values say, worked by hand', () => {
    // Positives .8 and .4 lie above 2 and 1 of 2 negatives (.3, .6): placements 1 and .5, mean .75;
    // negatives lie below 2 and 1 of 2 positives: 1 and .5. Each variance .125, halved: .125 in all.
    const scored = {
      labels: Uint8Array.of(1, 1, 0, 0),
      probabilities: Float64Array.of(0.8, 0.4, 0.3, 0.6),
    };
    const [low, high] = deLongInterval(scored);
    expect(low).toBeCloseTo(0.75 - 1.6448536 * Math.sqrt(0.125), 6);
    expect(high).toBe(1);
  });

  it('holds the true value nine times in ten', () => {
    const random = seededRandom(1);
    // Scores of positives are uniform on (.2, 1.2), of negatives on (0, 1): the area is 1 - .8 * .8 / 2.
    let held = 0;
    for (let time = 0; time < 400; time += 1) {
      const labels = Uint8Array.from({ length: 120 }, (_, i) => (i % 3 === 0 ? 1 : 0));
      const probabilities = Float64Array.from(labels, (label) => 0.2 * label + random());
      const [low, high] = deLongInterval({ labels, probabilities });
      if (low <= 0.68 && 0.68 <= high) held += 1;
    }
    expect(held / 400).toBeGreaterThan(0.86);
    expect(held / 400).toBeLessThan(0.94);
  });

  it('says nothing of one class', () => {
    const scored = { labels: Uint8Array.of(1, 1), probabilities: Float64Array.of(0.5, 0.6) };
    expect(deLongInterval(scored)).toEqual([Number.NaN, Number.NaN]);
  });
});
