import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import type { TrainingSet } from '../../../src/core/training/classifier.js';
import { evaluate } from '../../../src/core/training/evaluation.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';
import { train } from '../../../src/core/training/trainer.js';
import { trainingSetRows } from '../../../src/core/training/training-set-rows.js';
import { lawSet } from '../../contracts/classifier-laws.js';

const learners = [logisticRegressionLearner];

function shuffledLabels(set: TrainingSet, seed: number): TrainingSet {
  const random = seededRandom(seed);
  return { ...set, labels: set.labels.map(() => (random() < 0.4 ? 1 : 0)) };
}

function timed(set: TrainingSet): TrainingSet {
  return { ...set, times: Float64Array.from(set.labels, (_, row) => row * 60_000) };
}

describe('trainer', () => {
  it.each([
    ['without times', lawSet(600)],
    ['by rolling origins', timed(lawSet(600))],
  ])('finds the signal and fits the chosen learner on everything, %s', async (_, set) => {
    const trained = await train(set, { learners, random: seededRandom(1) });
    if (trained.kind !== 'trained') throw new Error(trained.reason);
    expect(trained).toMatchObject({ chosen: 'logistic', verdict: 'signal' });
    expect(trained.candidates.map(({ learner }) => learner)).toEqual(['base-rate', 'logistic']);
    const [base, logistic] = trained.candidates;
    expect(logistic?.metrics.logLoss).toBeLessThan((base?.metrics.logLoss ?? 0) - 0.05);
    expect(logistic?.metrics.rocAuc).toBeGreaterThan(0.75);
    expect(trained.classifier.learner).toBe('logistic');
    const alone = await logisticRegressionLearner.fit(set, seededRandom(1));
    if (alone.kind !== 'fitted') throw new Error(alone.reason);
    // The penalty's folds are drawn anew, hence nearly.
    const said = trained.classifier.predict(set.table);
    alone.classifier.predict(set.table).forEach((probability, row) => {
      expect(Math.abs(probability - (said[row] ?? 0))).toBeLessThan(0.1);
    });
  });

  it('gives the same bytes twice', async () => {
    const run = async (): Promise<string> => {
      const trained = await train(lawSet(), { learners, random: seededRandom(4) });
      if (trained.kind !== 'trained') throw new Error(trained.reason);
      const { parameters, weights } = trained.classifier.save();
      return JSON.stringify([trained.candidates, parameters, [...weights]]);
    };
    expect(await run()).toBe(await run());
  });

  it('falls back to the base rate where there is no signal', async () => {
    const verdicts: string[] = [];
    for (let seed = 0; seed < 10; seed += 1) {
      const set = shuffledLabels(lawSet(200), seed);
      const trained = await train(set, { learners, random: seededRandom(seed) });
      if (trained.kind !== 'trained') throw new Error(trained.reason);
      verdicts.push(trained.verdict);
      if (trained.verdict === 'no signal') expect(trained.classifier.learner).toBe('base-rate');
    }
    expect(verdicts.filter((verdict) => verdict === 'signal').length).toBeLessThanOrEqual(1);
  });

  it('says why it cannot learn', async () => {
    const set = lawSet();
    const constant = { ...set, labels: new Uint8Array(set.labels.length) };
    expect(await train(constant, { learners, random: seededRandom(1) })).toEqual({
      kind: 'insufficient-data',
      reason: 'All 240 rows are negative: there is nothing to tell apart.',
    });
    const few = trainingSetRows(
      set,
      Uint32Array.from({ length: 12 }, (_, row) => row),
    );
    expect(await train(few, { learners, random: seededRandom(1) })).toMatchObject({
      kind: 'insufficient-data',
      reason: expect.stringContaining('at least 10 of each'),
    });
    const embargoed = { learners, random: seededRandom(1), embargo: 1e12 };
    expect(await train(timed(set), embargoed)).toMatchObject({ kind: 'insufficient-data' });
  });
});

describe('evaluation', () => {
  const set = lawSet(900);
  const rows = (from: number, to: number): Uint32Array =>
    Uint32Array.from({ length: to - from }, (_, i) => from + i);
  const [training, test] = [
    trainingSetRows(set, rows(0, 600)),
    trainingSetRows(set, rows(600, 900)),
  ];

  it('measures every learner on the test part and chooses without it', async () => {
    let clock = 0;
    const steps: string[] = [];
    const evaluation = await evaluate(training, test, {
      learners,
      seed: 0,
      now: () => (clock += 500),
      onStep: (step) => steps.push(step),
    });
    if (evaluation.kind !== 'evaluated') throw new Error(evaluation.reason);
    expect(evaluation).toMatchObject({ chosen: 'logistic', verdict: 'signal' });
    expect(steps).toEqual(['choosing', 'base-rate', 'logistic']);
    expect(evaluation.learners.map(({ fitSeconds }) => fitSeconds)).toEqual([0.5, 0.5]);
    const turned = { ...test, labels: test.labels.map((label) => 1 - label) };
    const against = await evaluate(training, turned, { learners, seed: 0, now: () => 0 });
    if (against.kind !== 'evaluated') throw new Error(against.reason);
    // Labels turned round in the test part: what was chosen is now worse than the base rate.
    expect(against).toMatchObject({ chosen: 'base-rate', verdict: 'no signal' });
  });
});
