import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import type { TrainingSet } from '../../../src/core/training/classifier.js';
import { autoLearner, trainAuto } from '../../../src/core/training/auto-learner.js';
import type { Classifier, Learner, TimeCut } from '../../../src/core/training/classifier.js';
import { baseRateLearner } from '../../../src/core/training/base-rate.js';
import { evaluate } from '../../../src/core/training/evaluation.js';
import { smallTreesLearner } from '../../../src/core/training/gradient-boosting.js';
import { sigmoid } from '../../../src/core/training/linear-margin.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';
import { UNLIMITED } from '../../../src/core/training/time-budget.js';
import { trainingSetRows } from '../../../src/core/training/training-set-rows.js';
import { classifierLaws, lawSet } from '../../contracts/classifier-laws.js';

/** Logistic regression that takes rows to stand for themselves, and so tries no structures: a fiftieth of the time. */
const plainLogistic: Learner = {
  ...logisticRegressionLearner,
  fit: (set, random) => logisticRegressionLearner.fit({ ...set, groups: undefined }, random),
};
const learners = [plainLogistic];

/** Logistic regression that sees only some features: two such have more to say together. */
function seeing(name: string, ...names: string[]): Learner {
  const narrow = (set: TrainingSet): TrainingSet => ({ ...set, table: only(set.table) });
  const only = (table: TrainingSet['table']): TrainingSet['table'] => ({
    ...table,
    schema: { features: table.schema.features.filter((one) => names.includes(one.name)) },
    numeric: new Map([...table.numeric].filter(([column]) => names.includes(column))),
    categorical: new Map([...table.categorical].filter(([column]) => names.includes(column))),
  });
  const widened = (inner: Classifier): Classifier => ({
    learner: name,
    predict: (table) => inner.predict(only(table)),
    contributions(table) {
      const own = inner.contributions(only(table));
      const seen = table.schema.features.filter((one) => names.includes(one.name));
      return Float64Array.from({ length: table.rows * table.schema.features.length }, (_, at) => {
        const { features } = table.schema;
        const place = seen.findIndex((one) => one === features[at % features.length]);
        const row = Math.floor(at / features.length);
        return place < 0 ? 0 : (own[row * seen.length + place] ?? 0);
      });
    },
    save: () => ({ ...inner.save(), learner: name }),
  });
  return {
    name,
    async fit(set, random) {
      const fitted = await plainLogistic.fit(narrow(set), random);
      if (fitted.kind === 'insufficient-data') return fitted;
      return { kind: 'fitted', classifier: widened(fitted.classifier) };
    },
    load: (artefact) => widened(logisticRegressionLearner.load(artefact)),
  };
}

const halves = [seeing('by ratio', 'ratio', 'noise'), seeing('by service', 'service', 'load')];

/** A fit takes as long as it is told; it ends sooner where it watches the time. */
function slow(milliseconds: number, clock: { time: number }, watchful = false): Learner {
  return {
    ...plainLogistic,
    name: watchful ? 'watchful' : 'slow',
    fit(set, random, options) {
      const left = watchful ? (options?.remaining?.() ?? Infinity) : Infinity;
      clock.time += Math.min(milliseconds, left);
      return plainLogistic.fit(set, random);
    },
  };
}

classifierLaws('auto', autoLearner([plainLogistic, smallTreesLearner]), { weightTolerance: 1e-3 });

function shuffledLabels(set: TrainingSet, seed: number): TrainingSet {
  const random = seededRandom(seed);
  return { ...set, labels: set.labels.map(() => (random() < 0.4 ? 1 : 0)) };
}

function timed(set: TrainingSet): TrainingSet {
  return { ...set, times: Float64Array.from(set.labels, (_, row) => row * 60_000) };
}

describe('auto', () => {
  it.each([
    ['without times', lawSet(600)],
    ['by rolling origins', timed(lawSet(600))],
  ])('finds the signal and fits the chosen learner on everything, %s', async (_, set) => {
    const trained = await trainAuto(set, { learners, random: seededRandom(1) });
    if (trained.kind !== 'trained') throw new Error(trained.reason);
    const { choice, classifier } = trained;
    expect(choice).toMatchObject({ chosen: 'logistic', verdict: 'signal' });
    expect(choice.candidates.map(({ learner }) => learner)).toEqual(['base-rate', 'logistic']);
    const [base, logistic] = choice.candidates;
    expect(logistic?.metrics.logLoss).toBeLessThan((base?.metrics.logLoss ?? 0) - 0.05);
    expect(logistic?.metrics.rocAuc).toBeGreaterThan(0.75);
    expect(classifier.facts.chosen).toBe('logistic');
    expect(classifier.facts.completenessError).toBeLessThan(1e-9);
    const alone = await plainLogistic.fit(set, seededRandom(1));
    if (alone.kind !== 'fitted') throw new Error(alone.reason);
    // The penalty's folds are drawn anew, hence nearly.
    const said = classifier.predict(set.table);
    alone.classifier.predict(set.table).forEach((probability, row) => {
      expect(Math.abs(probability - (said[row] ?? 0))).toBeLessThan(0.1);
    });
  });

  it('averages learners that know different things, and beats each of them', async () => {
    const auto = autoLearner(halves);
    const trained = await trainAuto(lawSet(800), { learners: halves, random: seededRandom(2) });
    if (trained.kind !== 'trained') throw new Error(trained.reason);
    const { choice, classifier } = trained;
    expect(choice).toMatchObject({ chosen: 'average', verdict: 'signal' });
    expect(choice.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    const losses = new Map(choice.candidates.map((one) => [one.learner, one.metrics.logLoss]));
    for (const { name } of halves) {
      expect(losses.get('average')).toBeLessThan((losses.get(name) ?? 0) - 0.004);
    }
    const set = lawSet(900);
    const width = set.table.schema.features.length;
    const sums = classifier.contributions(set.table);
    classifier.predict(set.table).forEach((p, row) => {
      const sum = sums.subarray(row * width, (row + 1) * width).reduce((a, b) => a + b, 0);
      const wanted = Math.log(p / (1 - p)) - classifier.facts.baseLogOdds;
      expect(Math.abs(sum - wanted)).toBeLessThan(1e-9);
    });
    const { parameters, ...artefact } = classifier.save();
    const loaded = auto.load({ ...artefact, parameters: JSON.parse(JSON.stringify(parameters)) });
    expect(loaded.predict(set.table)).toEqual(classifier.predict(set.table));
    expect(() => autoLearner(learners).load({ ...artefact, parameters })).toThrow(
      expect.objectContaining({ code: 'unknown-learner' }),
    );
  });

  it('gives the same bytes twice', async () => {
    const run = async (): Promise<string> => {
      const trained = await trainAuto(lawSet(), { learners: halves, random: seededRandom(4) });
      if (trained.kind !== 'trained') throw new Error(trained.reason);
      const { parameters, weights } = trained.classifier.save();
      return JSON.stringify([trained.choice.candidates, parameters, [...weights]]);
    };
    expect(await run()).toBe(await run());
  });

  it('falls back to the base rate where there is no signal', async () => {
    const verdicts: string[] = [];
    for (let seed = 0; seed < 6; seed += 1) {
      const set = shuffledLabels(lawSet(200), seed);
      const trained = await trainAuto(set, { learners, random: seededRandom(seed) });
      if (trained.kind !== 'trained') throw new Error(trained.reason);
      const { verdict } = trained.choice;
      verdicts.push(verdict);
      if (verdict === 'no signal') expect(trained.classifier.facts.chosen).toBe('base-rate');
    }
    expect(verdicts.filter((verdict) => verdict === 'signal').length).toBeLessThanOrEqual(1);
  });

  it('leaves out what needs more labels than there are, and what the time is too short for', async () => {
    const clock = { time: 0 };
    const ladder = [
      plainLogistic,
      { ...halves[0], name: 'greedy', fewest: 500 } as Learner,
      slow(300, clock),
    ];
    const limit = { now: () => clock.time, milliseconds: 1000 };
    const options = { learners: ladder, random: seededRandom(3), limit };
    const trained = await trainAuto(lawSet(), options);
    if (trained.kind !== 'trained') throw new Error(trained.reason);
    expect(trained.choice.chosen).toBe('logistic');
    expect(trained.leftOut).toEqual([
      { learner: 'greedy', reason: expect.stringMatching(/rarer class; it needs 500/) },
      { learner: 'slow', reason: expect.stringMatching(/time budget/) },
    ]);
    clock.time = 0;
    const watchful = { ...options, learners: [slow(300, clock, true)] };
    const cut = await trainAuto(lawSet(), { ...watchful, random: seededRandom(3) });
    if (cut.kind !== 'trained') throw new Error(cut.reason);
    expect(cut.leftOut).toEqual([]);
    expect(clock.time).toBeLessThanOrEqual(1000);
  });

  it('keeps twice what a fit is likely to take for the last one, and a model on the slowest machine', async () => {
    const clock = { time: 0 };
    const limit = { now: () => clock.time, milliseconds: 1000 };
    const told: number[] = [];
    const first: Learner = {
      ...plainLogistic,
      fit(set, random, options) {
        told.push(options?.remaining?.() ?? Infinity);
        clock.time += set.labels.length === 240 ? 0 : 20;
        return plainLogistic.fit(set, random);
      },
    };
    const greedy = slow(1000, clock, true);
    const run = (ladder: readonly Learner[]) =>
      trainAuto(lawSet(), { learners: ladder, random: seededRandom(3), limit });
    expect(await run([first, greedy])).toMatchObject({ kind: 'trained', leftOut: [] });
    // Folds of 192 rows took 20: 25 are likely on all 240, and 50 are kept, whatever greedy took.
    expect(told.at(-1)).toBeGreaterThanOrEqual(49.9);
    clock.time = 0;
    const late = await run([slow(900, clock), greedy]);
    expect(late).toMatchObject({ kind: 'trained', leftOut: [{ learner: 'watchful' }] });
    expect(late).toMatchObject({ choice: { chosen: 'slow', verdict: 'signal' } });
  });

  it('teaches no calibration by fits that time had cut', async () => {
    /** Says a third of what it knows, on all but everything. */
    const timid = (cut?: TimeCut): Learner => ({
      ...plainLogistic,
      async fit(set, random) {
        const result = await plainLogistic.fit(set, random);
        if (result.kind === 'insufficient-data' || set.labels.length === 1200) return result;
        const { classifier: whole } = result;
        const predict = (table: TrainingSet['table']): Float64Array =>
          whole.predict(table).map((p) => sigmoid(Math.log(p / (1 - p)) / 3));
        const contributions = whole.contributions.bind(whole);
        const save = whole.save.bind(whole);
        return { ...result, cut, classifier: { learner: 'timid', predict, contributions, save } };
      },
    });
    const calibrationOf = async (cut?: TimeCut): Promise<string> => {
      const ladder = { learners: [timid(cut)], random: seededRandom(1) };
      const trained = await trainAuto(lawSet(1200), ladder);
      if (trained.kind !== 'trained') throw new Error(trained.reason);
      return trained.choice.calibration.kind;
    };
    expect(await calibrationOf('shortened')).not.toBe('identity');
    expect(await calibrationOf('unsure')).toBe('identity');
  });

  it('leaves the second learner its share of the time where the first would take it all', async () => {
    const clock = { time: 0 };
    const trained = await trainAuto(lawSet(), {
      learners: [slow(1000, clock, true), { ...slow(1000, clock, true), name: 'second' }],
      random: seededRandom(3),
      limit: { now: () => clock.time, milliseconds: 1000 },
    });
    expect(trained).toMatchObject({ kind: 'trained', leftOut: [] });
    expect(clock.time).toBeLessThanOrEqual(1000);
  });

  it('says why it cannot learn', async () => {
    const set = lawSet();
    const constant = { ...set, labels: new Uint8Array(set.labels.length) };
    expect(await trainAuto(constant, { learners, random: seededRandom(1) })).toEqual({
      kind: 'insufficient-data',
      reason: 'All 240 rows are negative: there is nothing to tell apart.',
    });
    const few = trainingSetRows(
      set,
      Uint32Array.from({ length: 12 }, (_, row) => row),
    );
    expect(await trainAuto(few, { learners, random: seededRandom(1) })).toMatchObject({
      kind: 'insufficient-data',
      reason: expect.stringContaining('at least 10 of each'),
    });
    const embargoed = { learners, random: seededRandom(1), embargo: 1e12 };
    expect(await trainAuto(timed(set), embargoed)).toMatchObject({ kind: 'insufficient-data' });
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

  it('gives what was chosen the time that was kept back for the others', async () => {
    const clock = { time: 0 };
    const told: number[] = [];
    const chosen: Learner = {
      ...plainLogistic,
      fit(set, random, options) {
        if (set.labels.length === training.labels.length) told.push(options?.remaining?.() ?? 0);
        clock.time += 10;
        return plainLogistic.fit(set, random);
      },
    };
    const guess: Learner = {
      ...slow(100, clock),
      name: 'guess',
      fit: (set, random) => {
        clock.time += 100;
        return baseRateLearner.fit(set, random);
      },
    };
    const limit = { now: () => clock.time, milliseconds: 3000 };
    const evaluation = await evaluate(training, test, {
      learners: [guess, chosen],
      seed: 0,
      limit,
    });
    expect(evaluation).toMatchObject({ chosen: 'logistic', leftOut: [] });
    // Folds took 550; the guess, which another learner is chosen before, kept 250 back.
    expect(told).toEqual([expect.closeTo(0.95 * 3000 - 550, 6)]);
  });

  it('measures every learner on the test part and chooses without it', async () => {
    let clock = 0;
    const steps: string[] = [];
    const evaluation = await evaluate(training, test, {
      learners,
      seed: 0,
      limit: { now: () => (clock += 500), milliseconds: Infinity },
      onStep: (step) => steps.push(step),
    });
    if (evaluation.kind !== 'evaluated') throw new Error(evaluation.kind);
    expect(evaluation).toMatchObject({ chosen: 'logistic', verdict: 'signal' });
    expect(steps).toEqual([
      ...['base-rate', 'logistic'].flatMap((name) =>
        [1, 2, 3, 4, 5].map((fold) => `${name}, fold ${fold} of 5`),
      ),
      'choosing',
      'base-rate, all rows',
      'logistic, all rows',
      'measuring',
    ]);
    const [base, logistic, auto] = evaluation.learners;
    expect([base?.learner, logistic?.learner, auto?.learner]).toEqual([
      'base-rate',
      'logistic',
      'auto',
    ]);
    expect(auto).toMatchObject({ metrics: logistic?.metrics, intervals: logistic?.intervals });
    expect(auto?.fitSeconds).toBeGreaterThan(logistic?.fitSeconds ?? Infinity);
    const turned = { ...test, labels: test.labels.map((label) => 1 - label) };
    const against = await evaluate(training, turned, { learners, seed: 0, limit: UNLIMITED });
    if (against.kind !== 'evaluated') throw new Error(against.kind);
    // Labels turned round in the test part: what was chosen is now worse than the base rate.
    expect(against).toMatchObject({ chosen: 'base-rate', verdict: 'no signal' });
    expect(evaluation.shortened).toEqual([]);
    // The choice stays what it was before anyone looked.
    expect(against.choice).toMatchObject({ chosen: 'logistic', members: [{ weight: 1 }] });
  });

  it('names the learners whose last fit was cut short', async () => {
    const hurried: Learner = {
      ...plainLogistic,
      async fit(set, random) {
        const result = await plainLogistic.fit(set, random);
        const isLast = set.labels.length === training.labels.length;
        return result.kind === 'fitted' && isLast ? { ...result, cut: 'shortened' } : result;
      },
    };
    const options = { learners: [hurried], seed: 0, limit: UNLIMITED };
    expect(await evaluate(training, test, options)).toMatchObject({ shortened: ['logistic'] });
  });

  it('shows the figures of an average that was chosen and says nothing', async () => {
    const turned = { ...test, labels: test.labels.map((label) => 1 - label) };
    const options = { learners: halves, seed: 0, limit: UNLIMITED };
    const against = await evaluate(training, turned, options);
    if (against.kind !== 'evaluated') throw new Error(against.kind);
    expect(against).toMatchObject({ chosen: 'base-rate', choice: { chosen: 'average' } });
    const [base, , , average, auto] = against.learners;
    expect(average?.learner).toBe('average');
    expect(average?.metrics.logLoss).toBeGreaterThan(base?.metrics.logLoss ?? Infinity);
    expect(auto).toMatchObject({ learner: 'auto', metrics: base?.metrics });
  });

  it('says nothing of a signal where no learner but the base rate could be judged', async () => {
    const choosy: Learner = { ...plainLogistic, fewest: 1000 };
    const options = { learners: [choosy], seed: 0, limit: UNLIMITED };
    expect(await evaluate(training, test, options)).toMatchObject({
      kind: 'none-judged',
      leftOut: [{ learner: 'logistic', reason: expect.stringMatching(/it needs 1000/) }],
    });
  });

  it('widens the intervals of rows that come in groups', async () => {
    const tenfold = Uint32Array.from({ length: 3000 }, (_, i) => i % 300);
    const copies = { ...trainingSetRows(test, tenfold), groups: undefined };
    const grouped = { ...copies, groups: Array.from(tenfold, (row) => `group ${row}`) };
    const width = async (on: TrainingSet): Promise<number> => {
      const evaluation = await evaluate(training, on, { learners, seed: 0, limit: UNLIMITED });
      if (evaluation.kind !== 'evaluated') throw new Error(evaluation.kind);
      const [low = 0, high = 0] = evaluation.learners.at(-1)?.intervals.rocAuc ?? [];
      return high - low;
    };
    expect(await width(grouped)).toBeGreaterThan(2 * (await width(copies)));
  });
});
