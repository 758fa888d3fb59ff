import { describe, expect, it } from '@jest/globals';

import { FeatureEncoder } from '../../../src/core/features/encoding.js';
import { fitTerms } from '../../../src/core/features/additive-terms.js';
import type { FeatureTable } from '../../../src/core/features/feature-schema.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { screenPairs } from '../../../src/core/training/pair-screening.js';
import type { TrainingSet } from '../../../src/core/training/classifier.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';
import { marginsOf } from '../../../src/core/training/sparse-design.js';
import { denseDesign, plainLogit } from './dense-design.js';

const SERVICES = 12;
const KINDS = 10;

/** How far apart services, kinds and their crossings are, in log-odds (standard deviations). */
interface World {
  readonly interaction: number;
  readonly seed: number;
}

function normals(count: number, deviation: number, random: () => number): number[] {
  return Array.from({ length: count }, () => {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
}

/** Episodes of 12 services x 10 kinds: their set, and what truly was to be expected of each. */
function episodes(
  { interaction, seed }: World,
  { rows, draw }: { rows: number; draw: number },
): { set: TrainingSet; truth: Float64Array } {
  const world = seededRandom(seed);
  const ofService = normals(SERVICES, 0.7, world);
  const ofKind = normals(KINDS, 0.7, world);
  const ofBoth = normals(SERVICES * KINDS, interaction, world);
  const random = seededRandom(draw);
  const service: string[] = [];
  const kind: string[] = [];
  const crossing: string[] = [];
  const ratio = new Float64Array(rows);
  const truth = new Float64Array(rows);
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const [s, k] = [Math.floor(SERVICES * random()), Math.floor(KINDS * random())];
    ratio[row] = 2 * random() - 1;
    service.push(`service ${s}`);
    kind.push(`kind ${k}`);
    crossing.push(`${s}/${k}`);
    const effects = (ofService[s] ?? 0) + (ofKind[k] ?? 0) + (ofBoth[s * KINDS + k] ?? 0);
    truth[row] = 1 / (1 + Math.exp(1 - (ratio[row] ?? 0) - effects));
    return random() < (truth[row] ?? 0) ? 1 : 0;
  });
  const table: FeatureTable = {
    schema: {
      features: [
        { name: 'ratio', kind: 'numeric' },
        { name: 'service', kind: 'categorical' },
        { name: 'kind', kind: 'categorical' },
      ],
    },
    rows,
    numeric: new Map([['ratio', ratio]]),
    categorical: new Map([
      ['service', service],
      ['kind', kind],
      ['crossing', crossing],
    ]),
  };
  return { set: { table, labels, weights: new Float64Array(rows).fill(1) }, truth };
}

/** Log loss to be expected of probabilities where the truth is known. */
function expectedLoss(said: Float64Array, truth: Float64Array): number {
  const losses = said.map((p, row) => {
    const t = truth[row] ?? 0;
    return -(t * Math.log(p) + (1 - t) * Math.log(1 - p));
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** scikit-learn's recipe (C = 1), with each crossing as one more category or not. */
function plainLoss(train: TrainingSet, test: FeatureTable, crossings: boolean): number[] {
  const wanted = ({ schema, ...rest }: FeatureTable): FeatureTable => ({
    ...rest,
    schema: crossings
      ? { features: [...schema.features, { name: 'crossing', kind: 'categorical' }] }
      : schema,
  });
  const encoder = FeatureEncoder.fit(wanted(train.table));
  const { width } = encoder;
  const design = denseDesign(encoder.encodeDense(wanted(train.table)), width);
  const weights = plainLogit(design, { ...train, penalty: 1 });
  const margins = marginsOf(denseDesign(encoder.encodeDense(wanted(test)), width), weights);
  return [...margins.map((margin) => 1 / (1 + Math.exp(-margin)))];
}

function losses(world: World, rows: number): Record<'pooled' | 'additive' | 'crossed', number> {
  const train = episodes(world, { rows, draw: 100 + world.seed }).set;
  const { set: test, truth } = episodes(world, { rows: 4000, draw: 200 + world.seed });
  const result = logisticRegressionLearner.fit(train, seededRandom(1));
  if (result instanceof Promise || result.kind !== 'fitted') throw new Error('not fitted');
  const plain = (crossings: boolean): number =>
    expectedLoss(Float64Array.from(plainLoss(train, test.table, crossings)), truth);
  return {
    pooled: expectedLoss(result.classifier.predict(test.table), truth),
    additive: plain(false),
    crossed: plain(true),
  };
}

describe('partial pooling of services and kinds, 30 episodes to a crossing', () => {
  it.each([1, 2])('beats plain one-hot logistic where crossings differ (world %d)', (seed) => {
    const { pooled, additive, crossed } = losses({ interaction: 0.7, seed }, 3600);
    expect(pooled).toBeLessThan(additive - 0.015);
    expect(pooled).toBeLessThan(crossed);
  });

  it.each([4, 5])('is no worse where they do not (world %d)', (seed) => {
    const { pooled, additive, crossed } = losses({ interaction: 0, seed }, 3600);
    expect(pooled).toBeLessThan(additive + 0.001);
    expect(pooled).toBeLessThan(crossed - 0.005);
  });
});

describe('screening of pairs', () => {
  const screened = (interaction: number, remaining?: () => number): string[] => {
    const { set, truth } = episodes({ interaction, seed: 7 }, { rows: 3600, draw: 8 });
    const { table, labels, weights: rowWeights } = set;
    // Margins that know everything but the crossings: the truth of a world without them.
    const without = episodes({ interaction: 0, seed: 7 }, { rows: 3600, draw: 8 }).truth;
    const margins = (interaction > 0 ? without : truth).map((p) => Math.log(p / (1 - p)));
    const terms = fitTerms(table, rowWeights);
    const rows = { table, labels, rowWeights, margins };
    return screenPairs(terms, rows, remaining).map(({ first, second }) => `${first} x ${second}`);
  };

  it('finds the pair that says more than its features, and no other', () => {
    expect(screened(0.5)).toEqual(['kind x service']);
  });

  it('finds none where there is none', () => {
    expect(screened(0)).toEqual([]);
  });

  it('is given up where there is no time left for it', () => {
    expect(screened(0.5, () => 1)).toEqual(['kind x service']);
    expect(screened(0.5, () => 0)).toEqual([]);
  });
});
