import { describe, expect, it } from '@jest/globals';

import { featureTable } from '../../../src/core/features/feature-table.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import {
  FEWEST_FAILURES,
  fitLossQuantiles,
  lossPredictor,
  parseLossQuantiles,
} from '../../../src/core/training/loss-quantiles.js';
import type { LossRows } from '../../../src/core/training/loss-quantiles.js';
import {
  fitQuantile,
  pinball,
  quantileAt,
} from '../../../src/core/training/quantile-regression.js';

const schema = {
  features: [
    { name: 'severity', kind: 'numeric' },
    { name: 'noise', kind: 'numeric' },
    { name: 'service', kind: 'categorical' },
  ],
} as const;

/** Failures whose loss grows with severity and is five times as large for one service. */
function failures(count: number, seed: number): LossRows {
  const random = seededRandom(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows = Array.from({ length: count }, () => ({
    severity: 3 * random(),
    noise: random(),
    service: random() < 0.3 ? 'payment' : 'cart',
  }));
  const losses = Float64Array.from(rows, ({ severity, service }) =>
    Math.exp(-2 + 0.5 * severity + (service === 'payment' ? Math.log(5) : 0) + 0.4 * normal()),
  );
  return { table: featureTable(schema, rows), losses, groups: rows.map((_, row) => `f${row}`) };
}

describe('quantile regression', () => {
  const x = [0.1, 0.4, 0.5, 0.9, 1.2, 1.5, 1.9, 2.1, 2.6, 2.8, 3.3, 3.7];
  const y = [1.0, 0.2, 1.9, 0.8, 2.6, 1.1, 2.2, 4.0, 1.7, 3.9, 2.5, 5.2];

  // The linear programme's optimum: scipy.optimize.linprog (HiGHS) on the same rows.
  it.each([
    [0.1, 1.365454545],
    [0.5, 5.116666667],
    [0.9, 1.53875],
  ])('reaches the least pinball loss that the linear programme has, at %d', (quantile, least) => {
    const rows = { inputs: Float64Array.from(x), width: 1, targets: Float64Array.from(y) };
    const fitted = fitQuantile(rows, { quantile, penalty: 0 });
    const loss = y.reduce((sum, target, i) => {
      return sum + pinball(target - quantileAt(fitted, Float64Array.of(x[i] ?? 0)), quantile);
    }, 0);
    expect(loss).toBeGreaterThanOrEqual(least - 1e-6);
    expect(loss).toBeLessThan(least * 1.02);
  });
});

describe('the head for the size of a loss', () => {
  it('covers 90 % of new failures', () => {
    const covered: number[] = [];
    for (let seed = 0; seed < 30; seed += 1) {
      const model = fitLossQuantiles(failures(120, seed), 1);
      if (model === null) throw new Error('nothing was fitted');
      const fresh = failures(300, 100 + seed);
      const said = lossPredictor(model)(fresh.table);
      const inside = said.filter(({ interval: [low, high] }, row) => {
        const loss = fresh.losses[row] ?? 0;
        return low <= loss && loss <= high;
      });
      covered.push(inside.length / said.length);
    }
    const mean = covered.reduce((sum, share) => sum + share, 0) / covered.length;
    expect(mean).toBeGreaterThan(0.885);
    expect(mean).toBeLessThan(0.925);
  });

  it('tells large losses from small ones, and says their mean', () => {
    const model = fitLossQuantiles(failures(400, 3), 1);
    if (model === null) throw new Error('nothing was fitted');
    const rows = [
      { severity: 1.5, noise: 0.5, service: 'payment' },
      { severity: 1.5, noise: 0.5, service: 'cart' },
    ];
    const read = parseLossQuantiles(JSON.parse(JSON.stringify(model)));
    const [payment, cart] = lossPredictor(read)(featureTable(schema, rows));
    // The means of two log-normals.
    const mean = Math.exp(-2 + 0.75 + 0.08);
    expect((cart?.mean ?? 0) / mean).toBeGreaterThan(0.8);
    expect((cart?.mean ?? 0) / mean).toBeLessThan(1.25);
    expect((payment?.mean ?? 0) / (cart?.mean ?? 1)).toBeGreaterThan(3.5);
    expect(payment?.interval[0]).toBeGreaterThan(cart?.interval[0] ?? Infinity);
  });

  it('falls back to one interval for all where features say nothing', () => {
    const { table, groups } = failures(300, 5);
    const other = failures(300, 6);
    const model = fitLossQuantiles({ table, groups, losses: other.losses }, 1);
    if (model === null) throw new Error('nothing was fitted');
    const medians = lossPredictor(model)(table).map(({ mean }) => mean);
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.6);
  });

  it('fits nothing to few failures, or to many episodes of few failures', () => {
    expect(fitLossQuantiles(failures(FEWEST_FAILURES - 1, 1), 1)).toBeNull();
    const rows = failures(300, 1);
    const groups = rows.groups.map((_, row) => `f${row % 20}`);
    expect(fitLossQuantiles({ ...rows, groups }, 1)).toBeNull();
  });

  it('is the same bytes for the same failures, and refuses what is no head', () => {
    const fit = (): string => JSON.stringify(fitLossQuantiles(failures(150, 2), 4));
    expect(fit()).toBe(fit());
    expect(() => parseLossQuantiles({ coefficients: [[1], [2]] })).toThrow(
      expect.objectContaining({ code: 'bad-artefact' }),
    );
  });
});
