import { describe, expect, it } from '@jest/globals';

import type { FeatureTable } from '../../../src/core/features/feature-schema.js';
import { inOrder } from '../../../src/core/monitoring/coded-series.js';
import type { DomainDrift } from '../../../src/core/monitoring/domain-classifier.js';
import { domainDrift, domainFolds } from '../../../src/core/monitoring/domain-classifier.js';
import { normal, seededRandom } from '../../../src/core/statistics/random.js';
import type { Learner } from '../../../src/core/training/classifier.js';

const NAMES = ['a', 'b', 'c', 'd'];

const columnsOf = ({ numeric }: FeatureTable): Float64Array[] =>
  NAMES.map((name) => numeric.get(name) ?? new Float64Array(0));

function meanGap(column: Float64Array, labels: Uint8Array): number {
  const mean = (side: number): number => {
    const own = column.filter((_, row) => labels[row] === side);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  return mean(1) - mean(0);
}

const notAsked = (): never => {
  throw new Error('it was not asked for this');
};

/** Tells rows apart along the line between both means. */
const byMeans: Learner = {
  name: 'means',
  fit: ({ table, labels }) => {
    const weights = columnsOf(table).map((column) => meanGap(column, labels));
    const predict = (unseen: FeatureTable): Float64Array => {
      const columns = columnsOf(unseen);
      const oddsOf = (row: number): number =>
        columns.reduce((sum, column, i) => sum + (weights[i] ?? 0) * (column[row] ?? 0), 0);
      return Float64Array.from(
        { length: unseen.rows },
        (_, row) => 1 / (1 + Math.exp(-oddsOf(row))),
      );
    };
    const nothing = { contributions: notAsked, save: notAsked };
    return { kind: 'fitted', classifier: { learner: 'means', predict, ...nothing } };
  },
  load: notAsked,
};

/** As many rows of then and of now, each with some memory of the one before. */
async function told(
  seed: number,
  { rows, memory = 0, shift = 0 }: { rows: number; memory?: number; shift?: number },
): Promise<DomainDrift> {
  const random = seededRandom(seed);
  const walk = (length: number, by: number): number[] => {
    let level = normal(random);
    return Array.from({ length }, () => {
      level = memory * level + Math.sqrt(1 - memory ** 2) * normal(random);
      return level + by;
    });
  };
  const numeric = new Map(
    NAMES.map((name, i) => [
      name,
      Float64Array.from([...walk(rows, 0), ...walk(rows, i === 0 ? shift : 0)]),
    ]),
  );
  const features = NAMES.map((name) => ({ name, kind: 'numeric' as const }));
  const table: FeatureTable = {
    schema: { features },
    rows: 2 * rows,
    numeric,
    categorical: new Map(),
  };
  const sides = { reference: inOrder(rows), current: inOrder(rows).map((row) => rows + row) };
  const folds = await domainFolds(table, sides, { learner: byMeans, random });
  return domainDrift(folds ?? [], random);
}

const many = (count: number, how: Parameters<typeof told>[1]): Promise<DomainDrift[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => told(i, how)));

const sure = (found: readonly DomainDrift[]): number =>
  found.filter(({ p }) => p !== null && p < 0.05).length;

describe('rows of then and of now', () => {
  it.each([0, 0.8, 0.95])('are not told apart by a memory of %f alone', async (memory) => {
    expect(sure(await many(40, { rows: 800, memory }))).toBeLessThanOrEqual(4);
  });

  it('are told apart where they differ', async () => {
    expect(sure(await many(10, { rows: 1000, shift: 0.5 }))).toBe(10);
    expect(sure(await many(10, { rows: 1000, memory: 0.5, shift: 1 }))).toBeGreaterThan(7);
  });

  it('have no p where too few independent stretches are left', async () => {
    const { rocAuc, p } = await told(1, { rows: 200, memory: 0.999 });
    expect(rocAuc).toBeGreaterThan(0);
    expect(p).toBeNull();
  });
});
