import { describe, expect, it } from '@jest/globals';

import type { FeatureSchema, FeatureTable } from '../../src/core/features/feature-schema.js';
import { selectRows } from '../../src/core/features/table-rows.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import type {
  Classifier,
  ClassifierArtefact,
  Learner,
  TrainingSet,
} from '../../src/core/training/classifier.js';
import { trainingSetRows } from '../../src/core/training/training-set-rows.js';

/** How closely two fits must agree that are equal on paper; loose where fitting is by chance. */
export interface LawOptions {
  /** Largest difference of probabilities between duplicated and weighted rows. */
  readonly weightTolerance?: number;
  /** Largest difference between a fit and the fit of the same table with its columns permuted. */
  readonly permutationTolerance?: number;
  /** Whether contributions sum exactly to the log-odds against the base rate (else nearly). */
  readonly contributionTolerance?: number;
}

const ROWS = 240;

/** A small table with numbers, categories and gaps in which three features bear on the label. */
export function lawSet(rows = ROWS): TrainingSet {
  const random = seededRandom(11);
  const ratio = Float64Array.from({ length: rows }, () => 4 * random() - 2);
  const load = Float64Array.from({ length: rows }, () => (random() < 0.1 ? Number.NaN : random()));
  const noise = Float64Array.from({ length: rows }, () => random());
  const services = ['cart', 'payment', 'search', null];
  const service = Array.from({ length: rows }, () => services[Math.floor(random() * 4)] ?? null);
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const margin = 1.5 * (ratio[row] ?? 0) + (service[row] === 'payment' ? 1 : -0.5);
    return random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  });
  const schema: FeatureSchema = {
    features: [
      { name: 'ratio', kind: 'numeric' },
      { name: 'service', kind: 'categorical' },
      { name: 'load', kind: 'numeric' },
      { name: 'noise', kind: 'numeric' },
    ],
  };
  const table: FeatureTable = {
    schema,
    rows,
    numeric: new Map([
      ['ratio', ratio],
      ['load', load],
      ['noise', noise],
    ]),
    categorical: new Map([['service', service]]),
  };
  const groups = Array.from({ length: rows }, (_, row) => `incident ${row}`);
  return { table, labels, weights: new Float64Array(rows).fill(1), groups };
}

/** The laws that every learner and what it fits must keep; call it inside a spec. */
export function classifierLaws(name: string, learner: Learner, options: LawOptions = {}): void {
  const {
    weightTolerance = 1e-6,
    permutationTolerance = 1e-6,
    contributionTolerance = 1e-6,
  } = options;

  describe(`${name} keeps the laws of a classifier`, () => {
    const set = lawSet();
    let first: Promise<Classifier> | undefined;
    /** What was fitted to the set, once: fits are what takes time here. */
    const fit = (): Promise<Classifier> => (first ??= fitted(learner, set));

    it('is named as its fits are', async () => {
      const classifier = await fit();
      expect(classifier.learner).toBe(learner.name);
      expect(classifier.save().learner).toBe(learner.name);
    });

    it('does not change what it learns from', async () => {
      await fit();
      expect(set).toEqual(lawSet());
    });

    it('gives the same bytes for the same seed', async () => {
      const again = await fitted(learner, set);
      expect(bytes(again.save())).toEqual(bytes((await fit()).save()));
    });

    it('says a probability per row', async () => {
      const said = (await fit()).predict(set.table);
      expect(said).toHaveLength(ROWS);
      expect(said.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
    });

    it('says the same of a row alone as among others', async () => {
      const classifier = await fit();
      const alone = classifier.predict(selectRows(set.table, Uint32Array.of(17)));
      expect(alone[0]).toBeCloseTo(classifier.predict(set.table)[17] ?? Number.NaN, 12);
    });

    it('says the same after being saved as JSON and loaded', async () => {
      const classifier = await fit();
      const { parameters, ...artefact } = classifier.save();
      const json: unknown = JSON.parse(JSON.stringify(parameters));
      const loaded = learner.load({ ...artefact, parameters: json });
      expect(loaded.predict(set.table)).toEqual(classifier.predict(set.table));
      expect(loaded.contributions(set.table)).toEqual(classifier.contributions(set.table));
      expect(bytes(loaded.save())).toEqual(bytes(classifier.save()));
    });

    it('contributes what moves the log-odds off one and the same base', async () => {
      const classifier = await fit();
      const width = set.table.schema.features.length;
      const contributions = classifier.contributions(set.table);
      expect(contributions).toHaveLength(ROWS * width);
      const positives = set.labels.reduce((sum, label) => sum + label, 0);
      const base = Math.log(positives / (ROWS - positives));
      classifier.predict(set.table).forEach((probability, row) => {
        const sum = contributions
          .subarray(row * width, (row + 1) * width)
          .reduce((a, b) => a + b, 0);
        const logOdds = Math.log(probability / (1 - probability));
        expect(Math.abs(base + sum - logOdds)).toBeLessThanOrEqual(contributionTolerance);
      });
    });

    it('goes by the names of features, not by their order', async () => {
      const turned = permuted(set.table);
      const said = (await fit()).predict(set.table);
      const classifier = await fit();
      expect(classifier.predict(turned)).toEqual(said);
      const width = turned.schema.features.length;
      const parts = classifier.contributions(set.table);
      classifier.contributions(turned).forEach((part, at) => {
        const mirrored = at - (at % width) + (width - 1 - (at % width));
        expect(part).toBeCloseTo(parts[mirrored] ?? Number.NaN, 9);
      });
      const refit = await fitted(learner, { ...set, table: turned });
      expectClose(refit.predict(set.table), said, permutationTolerance);
    });

    it('refuses a table that lacks a feature or brings another, naming it', async () => {
      const classifier = await fit();
      const lacking = without(set.table, 'load');
      const refusal = expect.objectContaining({
        code: 'missing-feature',
        message: expect.stringContaining('load'),
      });
      expect(() => classifier.predict(lacking)).toThrow(refusal);
      expect(() => classifier.contributions(lacking)).toThrow(refusal);
      const narrow = await fitted(learner, { ...set, table: lacking });
      expect(() => narrow.predict(set.table)).toThrow(
        expect.objectContaining({ code: 'unknown-feature' }),
      );
    });

    it.each([0, 1])('finds no model in a constant label %d', async (label) => {
      const labels = new Uint8Array(ROWS).fill(label);
      expect(await learner.fit({ ...set, labels }, seededRandom(1))).toMatchObject({
        kind: 'insufficient-data',
        reason: expect.stringMatching(/\w/),
      });
    });

    it('reads a row of weight two as the row given twice, one of weight nought as absent', async () => {
      const weights = Float64Array.from({ length: ROWS }, (_, row) => row % 3);
      const repeats = Array.from(weights, (weight, row) => new Array<number>(weight).fill(row));
      const repeated = { ...trainingSetRows(set, Uint32Array.from(repeats.flat())) };
      const said = (await fitted(learner, { ...set, weights })).predict(set.table);
      const again = (await fitted(learner, repeated)).predict(set.table);
      expectClose(again, said, weightTolerance);
    });
  });
}

async function fitted(learner: Learner, set: TrainingSet): Promise<Classifier> {
  const result = await learner.fit(set, seededRandom(5));
  if (result.kind === 'insufficient-data') throw new Error(result.reason);
  return result.classifier;
}

function bytes({ parameters, weights }: ClassifierArtefact): readonly [string, Uint8Array] {
  return [JSON.stringify(parameters), new Uint8Array(weights.slice().buffer)];
}

function expectClose(actual: Float64Array, wanted: Float64Array, tolerance: number): void {
  const gaps = actual.map((value, row) => Math.abs(value - (wanted[row] ?? Number.NaN)));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(tolerance);
}

function permuted(table: FeatureTable): FeatureTable {
  const features = [...table.schema.features].reverse();
  const numeric = new Map([...table.numeric].reverse());
  return { ...table, schema: { features }, numeric };
}

function without(table: FeatureTable, name: string): FeatureTable {
  const features = table.schema.features.filter((feature) => feature.name !== name);
  const numeric = new Map([...table.numeric].filter(([column]) => column !== name));
  return { ...table, schema: { features }, numeric };
}
