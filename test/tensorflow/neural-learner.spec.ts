import { beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/core/statistics/random.js';
import type {
  ClassifierArtefact,
  TimeCut,
  TrainingSet,
} from '../../src/core/training/classifier.js';
import { NeuralClassifier } from '../../src/core/training/neural-classifier.js';
import { neuralLearner } from '../../src/tensorflow/neural-learner.js';
import { NEURAL_RECIPE } from '../../src/tensorflow/neural-recipe.js';
import { classifierLaws } from '../contracts/classifier-laws.js';
import { aTable, anInteraction, pairwiseAuc } from './table.js';

const learner = neuralLearner({ ...NEURAL_RECIPE, members: 4, width: 16 });

// Duplicated rows or turned columns start from other draws, so such fits agree only roughly.
classifierLaws('the neural learner', neuralLearner({ ...NEURAL_RECIPE, members: 4, width: 16 }), {
  weightTolerance: 0.4,
  permutationTolerance: 0.4,
});

async function fitted(set: TrainingSet, seed: number): Promise<NeuralClassifier> {
  const result = await learner.fit(set, seededRandom(seed));
  if (result.kind !== 'fitted') throw new Error(result.reason);
  if (!(result.classifier instanceof NeuralClassifier)) throw new Error('not the neural learner');
  return result.classifier;
}

/** As an artefact comes back from disk. */
function stored({ learner, parameters, weights }: ClassifierArtefact): ClassifierArtefact {
  const read: unknown = JSON.parse(JSON.stringify(parameters));
  return { learner, parameters: read, weights: weights.slice() };
}

describe('the neural learner', () => {
  const set = anInteraction(1200, seededRandom(5));
  const fresh = anInteraction(600, seededRandom(6));
  const before = structuredClone(set);
  let classifier: NeuralClassifier;
  beforeAll(async () => {
    classifier = await fitted(set, 1);
  });

  it('learns an interaction that no linear model can', () => {
    const answers = classifier.predict(fresh.table);
    expect(pairwiseAuc(answers, fresh.labels)).toBeGreaterThan(0.9);
    expect(answers.every((p) => p >= 0 && p <= 1)).toBe(true);
  });

  it('leaves its input as it was', () => {
    expect(set).toEqual(before);
  });

  it('gives the same bytes for the same rows and seed, others for another seed', async () => {
    const [again, other] = [await fitted(set, 1), await fitted(set, 2)];
    expect(again.save()).toEqual(classifier.save());
    expect(other.save().weights).not.toEqual(classifier.save().weights);
  });

  it('answers the same after it was stored and loaded', () => {
    const loaded = learner.load(stored(classifier.save()));
    expect(loaded.predict(fresh.table)).toEqual(classifier.predict(fresh.table));
    expect(loaded.contributions(fresh.table)).toEqual(classifier.contributions(fresh.table));
  });

  it('refuses weights that do not answer as TensorFlow did', () => {
    const artefact = stored(classifier.save());
    artefact.weights[0] = (artefact.weights[0] ?? 0) + 1;
    expect(() => learner.load(artefact)).toThrow('as TensorFlow did');
    expect(() => learner.load({ ...artefact, weights: new Float64Array(3) })).toThrow('weights');
    expect(() => learner.load({ ...artefact, parameters: { members: 4 } })).toThrow('encoder');
  });

  it('explains each row by parts that add up to its distance from the base rate', () => {
    const { values, completenessErrors } = classifier.explain(fresh.table);
    const failing = set.labels.reduce((sum, label) => sum + label, 0);
    const base = Math.log(failing / (set.labels.length - failing));
    classifier.predict(fresh.table).forEach((p, row) => {
      const [a = 0, b = 0, service = 0] = values.subarray(3 * row, 3 * row + 3);
      expect(base + a + b + service).toBeCloseTo(Math.log(p / (1 - p)), 5);
    });
    const errors = completenessErrors.map(Math.abs).sort();
    expect(errors[Math.floor(0.95 * errors.length)]).toBeLessThan(0.15);
    const size = (feature: number): number =>
      values.reduce((sum, v, i) => sum + (i % 3 === feature ? Math.abs(v) : 0), 0);
    expect(Math.min(size(0), size(1))).toBeGreaterThan(5 * size(2));
  });

  it('goes by feature name, takes unknown categories, refuses unknown features', () => {
    const { numeric, categorical } = fresh.table;
    const [a, b] = [numeric.get('a') ?? new Float64Array(), numeric.get('b') ?? new Float64Array()];
    const service = categorical.get('service') ?? [];
    const turned = aTable({ service, b, a });
    expect(classifier.predict(turned)).toEqual(classifier.predict(fresh.table));
    const unseen = aTable({ a, b, service: service.map(() => 'never seen') });
    expect(pairwiseAuc(classifier.predict(unseen), fresh.labels)).toBeGreaterThan(0.9);
    expect(() => classifier.predict(aTable({ a, service }))).toThrow('"b"');
    expect(() => classifier.predict(aTable({ a, b, service, c: a }))).toThrow('"c"');
  });

  it('counts a row by its weight: rows without weight teach nothing', async () => {
    const weights = set.weights.map((_, row) => (row % 4 === 0 ? 0 : 1));
    const labels = set.labels.map((label, row) => (row % 4 === 0 ? 1 - label : label));
    const [honest, turned] = [
      await fitted({ ...set, weights, times: set.weights.map((_, row) => row) }, 3),
      await fitted({ ...set, weights, labels, times: set.weights.map((_, row) => row) }, 3),
    ];
    expect(turned.predict(fresh.table)).toEqual(honest.predict(fresh.table));
  });

  it('is not changed by time that does not run out, and ends in time where it would', async () => {
    const shares: number[] = [];
    const told = async (
      milliseconds: number,
    ): Promise<ClassifierArtefact & { cut: TimeCut | undefined }> => {
      const end = performance.now() + milliseconds;
      shares.length = 0;
      const options = {
        remaining: () => end - performance.now(),
        progress: (share: number) => shares.push(share),
      };
      const result = await learner.fit(set, seededRandom(1), options);
      if (result.kind !== 'fitted') throw new Error(result.reason);
      return { ...result.classifier.save(), cut: result.cut };
    };
    expect(await told(1e9)).toEqual({ ...classifier.save(), cut: undefined });
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(await told(0)).toMatchObject({
      parameters: { training: { steps: 32 } },
      cut: 'shortened',
    });
  });

  it('says that it has not enough to learn from', async () => {
    const constant = { ...set, labels: new Uint8Array(set.labels.length) };
    expect((await learner.fit(constant, seededRandom(1))).kind).toBe('insufficient-data');
    const few = anInteraction(199, seededRandom(5));
    expect((await learner.fit(few, seededRandom(1))).kind).toBe('insufficient-data');
  });
});
