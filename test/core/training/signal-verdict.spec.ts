import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { trainAuto } from '../../../src/core/training/auto-learner.js';
import type { Learner, TrainingSet } from '../../../src/core/training/classifier.js';
import { evaluate } from '../../../src/core/training/evaluation.js';
import { sigmoid } from '../../../src/core/training/linear-margin.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';
import { signalVerdict } from '../../../src/core/training/signal-verdict.js';
import { UNLIMITED } from '../../../src/core/training/time-budget.js';
import { trainingSetRows } from '../../../src/core/training/training-set-rows.js';
import { lawSet } from '../../contracts/classifier-laws.js';

/** Structures are tried where rows have times, which takes long and does not matter here. */
const plainLogistic: Learner = {
  ...logisticRegressionLearner,
  fit: (set, random) =>
    logisticRegressionLearner.fit({ ...set, groups: undefined, times: undefined }, random),
};
const learners = [plainLogistic];

/** Rows in order of time whose log-odds rise by two from first to last, whatever their features times `says`. */
function rising(says: number, seed: number): TrainingSet {
  const set = lawSet(600);
  const random = seededRandom(seed);
  const ratio = set.table.numeric.get('ratio') ?? new Float64Array();
  const labels = Uint8Array.from(ratio, (value, row) =>
    random() < sigmoid(2 * (row / 600 - 0.7) + says * value) ? 1 : 0,
  );
  return { ...set, labels, times: Float64Array.from(ratio, (_, row) => row), groups: undefined };
}

describe('the verdict on a signal', () => {
  const seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

  /** How many of ten tables have a signal. */
  async function signals(
    says: number,
    verdictOn: (set: TrainingSet, seed: number) => Promise<string>,
  ): Promise<number> {
    const verdicts: string[] = [];
    for (const seed of seeds) verdicts.push(await verdictOn(rising(says, seed), seed));
    return verdicts.filter((verdict) => verdict === 'signal').length;
  }

  it('is not won by a level that moves, only by features', async () => {
    const chosen = async (set: TrainingSet, seed: number): Promise<string> => {
      const trained = await trainAuto(set, { learners, random: seededRandom(seed) });
      return trained.kind === 'trained' ? trained.choice.verdict : trained.reason;
    };
    // One in twenty is a signal by chance.
    expect(await signals(0, chosen)).toBeLessThanOrEqual(2);
    expect(await signals(1.5, chosen)).toBe(10);
  });

  it('nor on a later part', async () => {
    const rows = (from: number, to: number): Uint32Array =>
      Uint32Array.from({ length: to - from }, (_, i) => from + i);
    const evaluated = async (set: TrainingSet, seed: number): Promise<string> => {
      const [training, test] = [rows(0, 400), rows(400, 600)].map((side) =>
        trainingSetRows(set, side),
      );
      if (training === undefined || test === undefined) throw new Error('no sides');
      const evaluation = await evaluate(training, test, { learners, seed, limit: UNLIMITED });
      return evaluation.kind === 'evaluated' ? evaluation.verdict : evaluation.kind;
    };
    expect(await signals(0, evaluated)).toBeLessThanOrEqual(2);
    expect(await signals(1.5, evaluated)).toBe(10);
  });

  it('needs five groups: fewer may all be better by chance', () => {
    const labels = Uint8Array.from({ length: 400 }, (_, row) => row % 2);
    const probabilities = Float64Array.from(labels, (label) => 0.4 + 0.2 * label);
    const base = new Float64Array(400).fill(0.5);
    const verdict = (count: number): string =>
      signalVerdict({ labels, probabilities }, base, () => ({
        random: seededRandom(1),
        groups: Array.from(labels, (_, row) => `incident ${Math.floor(row / 2) % count}`),
      }));
    expect([2, 4, 5].map(verdict)).toEqual(['no signal', 'no signal', 'signal']);
  });

  it('does not take rounding for a signal, nor heed rows without weight', () => {
    const rows = 300;
    const base = new Float64Array(rows).fill(0.1);
    const labels = Uint8Array.from(base, (_, row) => row % 2);
    const bootstrap = { random: seededRandom(1) };
    const said = (value: (row: number) => number): Float64Array => base.map((_, row) => value(row));
    const level = { labels, probabilities: said(() => 0.5 + 1e-13) };
    expect(signalVerdict(level, base, () => bootstrap)).toBe('no signal');
    const apart = { labels, probabilities: said((row) => 0.4 + 0.2 * (row % 2)) };
    expect(signalVerdict(apart, base, () => bootstrap)).toBe('signal');
    const stretches = base.map((_, row) => (row < 100 ? 0.1 : 0.2));
    const weights = said((row) => (row < 100 ? 0 : 1));
    const weighed = { ...apart, weights };
    expect(signalVerdict(weighed, stretches, () => bootstrap)).toBe('signal');
  });
});
