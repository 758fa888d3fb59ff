import { describe, expect, it } from '@jest/globals';

import type { FeatureTable } from '../../../src/core/features/feature-schema.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { rowLogLoss } from '../../../src/core/statistics/scored-labels.js';
import { binTable } from '../../../src/core/training/binned-table.js';
import { binaryLogLoss } from '../../../src/core/training/boosting-loss.js';
import { boostingRecipes } from '../../../src/core/training/boosting-recipes.js';
import { BoostingRun } from '../../../src/core/training/boosting-run.js';
import type { Classifier, TrainingSet } from '../../../src/core/training/classifier.js';
import { gradientBoostingLearner } from '../../../src/core/training/gradient-boosting.js';
import { classifierLaws, lawSet } from '../../contracts/classifier-laws.js';

classifierLaws('gradient boosting', gradientBoostingLearner);

type Column = Float64Array | readonly (string | null)[];

function tableOf(columns: Readonly<Record<string, Column>>): FeatureTable {
  const entries = Object.entries(columns);
  const numeric = entries.filter((entry): entry is [string, Float64Array] =>
    ArrayBuffer.isView(entry[1]),
  );
  const categorical = entries.filter(
    (entry): entry is [string, readonly (string | null)[]] => !ArrayBuffer.isView(entry[1]),
  );
  const features = entries.map(([name, column]) => ({
    name,
    kind: ArrayBuffer.isView(column) ? ('numeric' as const) : ('categorical' as const),
  }));
  return {
    schema: { features },
    rows: entries[0]?.[1].length ?? 0,
    numeric: new Map(numeric),
    categorical: new Map(categorical),
  };
}

function fit(
  columns: Readonly<Record<string, Column>>,
  labels: Uint8Array,
  times?: Float64Array,
): Classifier {
  const weights = new Float64Array(labels.length).fill(1);
  const set: TrainingSet = { table: tableOf(columns), labels, weights, times };
  const result = gradientBoostingLearner.fit(set, seededRandom(3));
  if (result instanceof Promise || result.kind !== 'fitted') throw new Error('not fitted');
  return result.classifier;
}

const ROWS = 600;

/** Labels that a column decides up to noise. */
function labelsBy(isLikely: (row: number) => boolean): Uint8Array {
  const random = seededRandom(7);
  return Uint8Array.from({ length: ROWS }, (_, row) =>
    random() < (isLikely(row) ? 0.9 : 0.1) ? 1 : 0,
  );
}

/** How many categories each split of each tree sends left. */
function categoriesThatGoLeft(
  service: readonly string[],
  targets: Uint8Array,
  trees: number,
): number[][] {
  const weights = new Float64Array(targets.length).fill(1);
  const rows = { binned: binTable(tableOf({ service }), weights), targets, weights };
  const sides = { train: Int32Array.from(targets.keys()), test: new Int32Array() };
  const [recipe] = boostingRecipes(ROWS, 1);
  const run = new BoostingRun(rows, sides, {
    recipe,
    loss: binaryLogLoss,
    random: seededRandom(1),
  });
  for (let tree = 0; tree < trees; tree += 1) run.step();
  return run.trees.map(({ nodes }) =>
    nodes.flatMap(({ split }) => {
      return split?.where.kind === 'categorical' ? [split.where.bins.length] : [];
    }),
  );
}

describe('gradient boosting', () => {
  it.each([
    ['at random', undefined],
    ['over time', Float64Array.from({ length: ROWS }, (_, row) => row)],
  ])('learns what no straight line tells, chosen %s: the product of two signs', (_, times) => {
    const random = seededRandom(1);
    const a = Float64Array.from({ length: ROWS }, () => random() - 0.5);
    const b = Float64Array.from({ length: ROWS }, () => random() - 0.5);
    const model = fit(
      { a, b },
      labelsBy((row) => (a[row] ?? 0) * (b[row] ?? 0) > 0),
      times,
    );
    const said = model.predict(
      tableOf({
        a: Float64Array.of(0.4, 0.4, -0.4, -0.4),
        b: Float64Array.of(0.4, -0.4, 0.4, -0.4),
      }),
    );
    expect(Array.from(said, (probability) => probability > 0.5)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('goes on learning over time where the level of failures moves', () => {
    const rows = 3000;
    const random = seededRandom(9);
    const draw = (): Float64Array => Float64Array.from({ length: rows }, () => random() - 0.5);
    const [a, b] = [draw(), draw()];
    const labels = Uint8Array.from(a, (value, row) => {
      const odds = -3 + (3 * row) / rows + 3 * Math.sign(value * (b[row] ?? 0));
      return random() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
    });
    const times = Float64Array.from(a, (_, row) => row);
    const model = fit({ a, b }, labels, times);
    // They are six log-odds apart.
    const [apart = 0, alike = 0] = model
      .predict(tableOf({ a: Float64Array.of(0.3, 0.3), b: Float64Array.of(-0.3, 0.3) }))
      .map((p) => Math.log(p / (1 - p)));
    expect(alike - apart).toBeGreaterThan(5);
  });

  it('sends missing numbers where the missing ones of training went', () => {
    const random = seededRandom(2);
    const a = Float64Array.from({ length: ROWS }, () => (random() < 0.3 ? Number.NaN : random()));
    const model = fit(
      { a },
      labelsBy((row) => Number.isNaN(a[row])),
    );
    const [missing = 0, low = 1, high = 1] = model.predict(
      tableOf({ a: Float64Array.of(Number.NaN, 0.1, 0.9) }),
    );
    expect(missing).toBeGreaterThan(0.75);
    expect(Math.max(low, high)).toBeLessThan(0.25);
  });

  it('parts categories as sets, and sends an unknown one with the rest', () => {
    const random = seededRandom(3);
    const names = Array.from({ length: 20 }, (_, i) => `service-${i}`);
    const service = Array.from({ length: ROWS }, () => names[Math.floor(random() * 20)] ?? '');
    const model = fit(
      { service },
      labelsBy((row) => Number((service[row] ?? '').slice(8)) % 2 === 0),
    );
    const said = model.predict(tableOf({ service: [...names, 'never seen', null] }));
    const even = said.filter((_, i) => i < 20 && i % 2 === 0);
    const odd = said.filter((_, i) => i < 20 && i % 2 === 1);
    expect(Math.min(...even)).toBeGreaterThan(Math.max(...odd));
    expect(said.every((probability) => probability > 0 && probability < 1)).toBe(true);
  });

  it('takes categories one at a time in two of three trees, and by sets in the third', () => {
    const random = seededRandom(3);
    const service = Array.from({ length: ROWS }, () => `service-${Math.floor(random() * 12)}`);
    const targets = labelsBy((row) => Number((service[row] ?? '').slice(8)) % 2 === 0);
    const sizes = categoriesThatGoLeft(service, targets, 6);
    expect(sizes.map((tree) => Math.max(...tree) > 1)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('parts by sets what is too thin to be taken one at a time', () => {
    const random = seededRandom(5);
    const service = Array.from({ length: 300 }, () => `service-${Math.floor(random() * 30)}`);
    const targets = labelsBy((row) => Number((service[row] ?? '').slice(8)) % 2 === 0);
    const [first = []] = categoriesThatGoLeft(service, targets.slice(0, 300), 1);
    expect(Math.max(...first)).toBeGreaterThan(1);
  });

  it('takes columns that say nothing, infinities and ten thousand categories', () => {
    const random = seededRandom(4);
    const extreme = [Number.NEGATIVE_INFINITY, -Number.MAX_VALUE, 0, Number.MAX_VALUE, Infinity];
    const columns = {
      absent: new Float64Array(ROWS).fill(Number.NaN),
      constant: new Float64Array(ROWS).fill(7),
      extreme: Float64Array.from({ length: ROWS }, () => extreme[Math.floor(random() * 5)] ?? 0),
      nothing: new Array<null>(ROWS).fill(null),
      many: Array.from({ length: ROWS }, (_, row) => `id ${row * 17}`),
    };
    const model = fit(
      columns,
      labelsBy((row) => (columns.extreme[row] ?? 0) > 0),
    );
    const said = model.predict(
      tableOf({
        absent: Float64Array.of(1, Number.NaN),
        constant: Float64Array.of(Number.NaN, 8),
        extreme: Float64Array.of(Infinity, Number.NEGATIVE_INFINITY),
        nothing: ['something', null],
        many: ['id 17', 'never seen'],
      }),
    );
    expect(said[0]).toBeGreaterThan(0.75);
    expect(said[1]).toBeLessThan(0.25);
  });

  it('says the base rate where there are too few rows for a leaf', () => {
    const labels = Uint8Array.of(0, 1, 0, 0, 1, 0);
    const a = Float64Array.of(1, 2, 3, 4, 5, 6);
    const model = fit({ a }, labels);
    expect(model.predict(tableOf({ a }))[0]).toBeCloseTo(1 / 3, 12);
    expect(model.contributions(tableOf({ a })).every((value) => value === 0)).toBe(true);
  });

  it('ends in time with fewer trees', () => {
    const set = lawSet();
    let asked = 0;
    // Each look at the clock costs a tenth: the choice ends after some five, the last fit too.
    const remaining = (): number => 1 - (asked += 1) / 10;
    const result = gradientBoostingLearner.fit(set, seededRandom(1), { remaining });
    if (result instanceof Promise || result.kind !== 'fitted') throw new Error('not fitted');
    expect(asked).toBeLessThan(20);
    expect(result.cut).toBe('unsure');
    expect(gradientBoostingLearner.fit(set, seededRandom(1))).toMatchObject({ cut: undefined });
    const said = result.classifier.predict(set.table);
    expect(new Set(said).size).toBeGreaterThan(1);
  });

  it('goes as far in less time, by longer steps', () => {
    const set = lawSet(2000);
    const lossOf = (remaining?: () => number): { loss: number; trees: number } => {
      const result = gradientBoostingLearner.fit(set, seededRandom(1), { remaining });
      if (result instanceof Promise || result.kind !== 'fitted') throw new Error('not fitted');
      const said = result.classifier.predict(set.table);
      const loss = said.reduce((sum, p, row) => sum + rowLogLoss(set.labels[row] ?? 0, p), 0);
      const { parameters } = result.classifier.save();
      return {
        loss: loss / said.length,
        trees: (parameters as { shape: { trees: number } }).shape.trees,
      };
    };
    const ample = lossOf();
    let looks = 0;
    lossOf(() => 1e6 - (looks += 1));
    // The choice has half of the looks, and takes less: what is left is for half of the trees at most.
    let asked = 0;
    const short = lossOf(() => looks - 2 * ample.trees - (asked += 1));
    expect(short.trees).toBeLessThan(0.8 * ample.trees);
    expect(short.loss).toBeLessThan(ample.loss + 0.02);
  });

  it('gives the same bytes whether time is ample or endless', () => {
    const save = (remaining?: () => number): unknown => {
      const result = gradientBoostingLearner.fit(lawSet(), seededRandom(1), { remaining });
      if (result instanceof Promise || result.kind !== 'fitted') throw new Error('not fitted');
      return result.classifier.save();
    };
    expect(save(() => 60_000)).toEqual(save());
  });

  it('refuses an artefact that is not its own', () => {
    const { weights, parameters } = fit(
      { a: lawSet().table.numeric.get('ratio') ?? [] },
      lawSet().labels,
    ).save();
    const refusal = expect.objectContaining({ code: 'bad-artefact' });
    const load = (artefact: { parameters?: unknown; weights?: Float64Array }) => () =>
      gradientBoostingLearner.load({ learner: 'boosting', parameters, weights, ...artefact });
    expect(load({})).not.toThrow();
    expect(load({ parameters: {} })).toThrow(refusal);
    expect(load({ weights: weights.subarray(1) })).toThrow(refusal);
    // A child before its parent would make a walk that never ends.
    expect(load({ weights: weights.map(() => 0) })).toThrow(refusal);
  });
});
