import { describe, expect, it } from '@jest/globals';

import {
  alikeCategories,
  unseenDeviation,
  unseenP,
} from '../../../src/core/monitoring/unseen-categories.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

describe('rows in categories that the reference never had', () => {
  const [reference, current] = [300, 200];
  // 60 categories of one row, 70 of two, 100 of three.
  const sizes = [60, 70, 100].flatMap((categories, i) => new Array<number>(categories).fill(i + 1));
  const alike = alikeCategories(sizes.map((rows) => ({ rows, parts: rows })));

  /** How many rows are new where rows change sides at random. */
  function drawn(random: () => number): number {
    const rows = sizes.flatMap((size, kind) => new Array<number>(size).fill(kind));
    const left = [...sizes];
    for (let i = 0; i < current; i += 1) {
      const j = i + Math.floor(random() * (rows.length - i));
      [rows[i], rows[j]] = [rows[j] ?? 0, rows[i] ?? 0];
      const kind = rows[i] ?? 0;
      left[kind] = (left[kind] ?? 0) - 1;
    }
    return sizes.reduce((sum, size, kind) => sum + (left[kind] === 0 ? size : 0), 0);
  }

  it('have a p that is never smaller than chance has it, and not much larger', () => {
    const random = seededRandom(3);
    const draws = Array.from({ length: 4000 }, () => drawn(random));
    for (const unseen of [70, 78, 85]) {
      const share = draws.filter((one) => one >= unseen).length / draws.length;
      const p = unseenP({ alike, reference, current, unseen });
      expect(p).toBeGreaterThanOrEqual(share);
      expect(p).toBeLessThan(0.05 + 20 * share);
    }
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const variance = draws.reduce((sum, one) => sum + (one - mean) ** 2, 0) / draws.length;
    const deviation = unseenDeviation({ alike, reference, current, unseen: 0 });
    expect(deviation).toBeGreaterThan(Math.sqrt(variance));
    expect(deviation).toBeLessThan(1.5 * Math.sqrt(variance));
  });

  it('are as surely new as all of them can be', () => {
    const one = alikeCategories([{ rows: 40, parts: 3 }]);
    const p = unseenP({ alike: one, reference: 5, current: 5, unseen: 40 });
    expect(p).toBeCloseTo((5 * 4 * 3) / (10 * 9 * 8), 9);
    expect(unseenP({ alike: one, reference: 5, current: 5, unseen: 0 })).toBe(1);
  });
});
