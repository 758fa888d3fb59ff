import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { fitPenalisedLogit } from '../../../src/core/training/penalised-logit.js';
import type { PenaltyBlock } from '../../../src/core/training/penalty-block.js';
import { fitPooledLogit } from '../../../src/core/training/pooled-logit.js';
import type { SparseDesign } from '../../../src/core/training/sparse-design.js';

const ROWS = 240;
const BLOCKS: readonly PenaltyBlock[] = [
  { from: 1, to: 2, kind: 'apart' },
  { from: 2, to: 5, kind: 'apart' },
  { from: 5, to: 9, kind: 'apart' },
];

/** An intercept, a number, three services and four kinds. */
function smallDesign(): { design: SparseDesign; labels: Uint8Array } {
  const columns: number[] = [];
  const values: number[] = [];
  const labels = Uint8Array.from({ length: ROWS }, (_, i) => {
    const [service, kind, x] = [i % 3, Math.floor(i / 3) % 4, ((i * 37) % 101) / 50 - 1];
    columns.push(0, 1, 2 + service, 5 + kind);
    values.push(1, x, 1, 1);
    const chance = ((i * 7919 + 13) % 1000) / 1000;
    const services = [0.9, -0.3, -0.5][service] ?? 0;
    const kinds = [-0.8, 0.1, 0.6, 0.2][kind] ?? 0;
    return chance < 1 / (1 + Math.exp(0.4 - 1.2 * x - services - kinds)) ? 1 : 0;
  });
  const design = {
    rows: ROWS,
    width: 9,
    slots: 4,
    fixed: 2,
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
  };
  return { design, labels };
}

describe('pooled logit', () => {
  const { design, labels } = smallDesign();
  const problem = { design, labels, rowWeights: new Float64Array(ROWS).fill(1), blocks: BLOCKS };

  // SciPy 1.10: the Laplace approximation of the marginal likelihood, maximised over the logarithms
  // of the three penalties by Nelder-Mead; weights are Newton's at those penalties.
  const penalties = [0.38148074, 0.98737052, 12.65773811];
  const weights = [
    -0.3771521015051726, 1.5529693118324706, 1.0968439608771912, -0.5095265832645377,
    -0.5873173776126541, 0.12165661375443675, 0.04452319173951464, -0.2807038640982701,
    0.11452405860431925,
  ];

  it('finds the penalties that make the labels most likely, as SciPy does', () => {
    const fit = fitPooledLogit(problem);
    fit.penalties.forEach((penalty, b) => {
      expect(Math.abs(Math.log(penalty / (penalties[b] ?? 0)))).toBeLessThan(0.35);
    });
    fit.weights.forEach((weight, j) => {
      expect(Math.abs(weight - (weights[j] ?? 0))).toBeLessThan(0.05);
    });
  });

  it('has SciPy’s weights at SciPy’s penalties', () => {
    const fit = fitPenalisedLogit(problem, Float64Array.from(penalties));
    fit.weights.forEach((weight, j) => {
      expect(weight).toBeCloseTo(weights[j] ?? 0, 6);
    });
  });

  it('silences a block that says nothing', () => {
    const random = seededRandom(4);
    const columns = Int32Array.from({ length: ROWS * 2 }, (_, at) =>
      at % 2 === 0 ? 0 : 1 + Math.floor(20 * random()),
    );
    const values = new Float64Array(ROWS * 2).fill(1);
    const fit = fitPooledLogit({
      ...problem,
      design: { rows: ROWS, width: 21, slots: 2, fixed: 1, columns, values },
      labels: Uint8Array.from(labels, () => (random() < 0.3 ? 1 : 0)),
      blocks: [{ from: 1, to: 21, kind: 'apart' }],
    });
    expect(fit.penalties[0]).toBeGreaterThan(20);
    expect(Math.max(...fit.weights.slice(1).map(Math.abs))).toBeLessThan(0.3);
  });

  it('traces a curve by its steps: equal pulls make a line, a strong one none', () => {
    const steps = 10;
    const chained = (penalty: number): Float64Array =>
      fitPenalisedLogit(
        {
          design: curveDesign(steps),
          labels: Uint8Array.from({ length: ROWS }, (_, i) => (i % steps >= steps / 2 ? 1 : 0)),
          rowWeights: new Float64Array(ROWS).fill(1),
          blocks: [{ from: 1, to: 1 + steps, kind: 'chained' }],
        },
        Float64Array.of(penalty),
      ).weights;
    const loose = chained(1);
    for (let j = 2; j <= steps; j += 1) {
      expect(loose[j] ?? 0).toBeGreaterThan((loose[j - 1] ?? 0) - 1e-9);
    }
    expect(Math.max(...chained(1e6).slice(1))).toBeLessThan(0.01);
  });

  it('comes to the same by products where columns are too many to factorise', () => {
    const wide = wideProblem(1200);
    const { penalties: found } = fitPooledLogit(wide);
    // The levels of the second block say nothing; those of the first have standard deviation 1.
    expect(found[0]).toBeGreaterThan(0.5);
    expect(found[0]).toBeLessThan(2.5);
    expect(found[1]).toBeGreaterThan(10);
  });
});

function curveDesign(steps: number): SparseDesign {
  const columns = Int32Array.from({ length: ROWS * 2 }, (_, at) =>
    at % 2 === 0 ? 0 : 1 + (Math.floor(at / 2) % steps),
  );
  const values = new Float64Array(ROWS * 2).fill(1);
  return { rows: ROWS, width: 1 + steps, slots: 2, fixed: 1, columns, values };
}

/** Two columns of 600 categories each, about 20 rows a category. */
function wideProblem(width: number): Parameters<typeof fitPooledLogit>[0] {
  const rows = 12_000;
  const half = width / 2;
  const random = seededRandom(8);
  const effects = Float64Array.from({ length: half }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
  const columns = new Int32Array(rows * 3);
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const [one, other] = [Math.floor(half * random()), Math.floor(half * random())];
    columns.set([0, 1 + one, 1 + half + other], row * 3);
    return random() < 1 / (1 + Math.exp(-(effects[one] ?? 0))) ? 1 : 0;
  });
  const values = new Float64Array(rows * 3).fill(1);
  return {
    design: { rows, width: 1 + width, slots: 3, fixed: 1, columns, values },
    labels,
    rowWeights: new Float64Array(rows).fill(1),
    blocks: [
      { from: 1, to: 1 + half, kind: 'apart' },
      { from: 1 + half, to: 1 + width, kind: 'apart' },
    ],
  };
}
