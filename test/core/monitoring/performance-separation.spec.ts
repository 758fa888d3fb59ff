import { describe, expect, it } from '@jest/globals';

import type { JudgedAnswer } from '../../../src/core/monitoring/performance-answer.js';
import { labelledAnswers } from '../../../src/core/monitoring/performance-answer.js';
import { confusionByBand } from '../../../src/core/monitoring/performance-bands.js';
import { probabilityHistogram } from '../../../src/core/monitoring/performance-probabilities.js';
import { performanceReport } from '../../../src/core/monitoring/performance-report.js';
import type { RocPoint } from '../../../src/core/monitoring/performance-roc.js';
import { rocCurve } from '../../../src/core/monitoring/performance-roc.js';
import { HOUR } from '../../../src/core/telemetry/time.js';
import { aFailure, anAnswer, history, START } from '../../builders/judged-answers.js';

const answer = (label: 0 | 1, about: Partial<JudgedAnswer>): JudgedAnswer =>
  label === 1 ? aFailure(1, 1, about) : anAnswer(1, about);

const said = (probability: number, label: 0 | 1, share = 1): JudgedAnswer =>
  answer(label, { probability, share });

/** Mitigated before anything could be seen. */
const unseen = { state: 'censored', label: null, labelKnownAt: null, failure: null } as const;

/** Three that tie, two pairs that tie across the classes, a pair of one class. */
const TIED = labelledAnswers([
  said(0.9, 1),
  said(0.8, 1),
  said(0.8, 0),
  said(0.8, 1),
  said(0.65, 0),
  said(0.5, 1),
  said(0.5, 0),
  said(0.35, 0),
  said(0.35, 1),
  said(0.2, 0),
  said(0.1, 0),
  said(0.1, 0),
]);

function areaUnder(curve: readonly RocPoint[]): number {
  return curve.slice(1).reduce((sum, point, i) => {
    const before = curve[i] ?? point;
    const width = point.falsePositiveRate - before.falsePositiveRate;
    return sum + (width * (point.recall + before.recall)) / 2;
  }, 0);
}

/** From a place to the curve. */
function distanceTo(curve: readonly RocPoint[], [x, y]: readonly [number, number]): number {
  const distances = curve.slice(1).map((end, i) => {
    const start = curve[i] ?? end;
    const width = end.falsePositiveRate - start.falsePositiveRate;
    const height = end.recall - start.recall;
    const [dx, dy] = [x - start.falsePositiveRate, y - start.recall];
    const along = (dx * width + dy * height) / (width ** 2 + height ** 2);
    const at = Math.min(1, Math.max(0, along));
    return Math.hypot(dx - at * width, dy - at * height);
  });
  return Math.min(...distances);
}

function expectRates(
  curve: readonly RocPoint[],
  falsePositiveRates: readonly number[],
  recalls: readonly number[],
): void {
  expect(curve).toHaveLength(recalls.length);
  curve.forEach((point, i) => {
    expect(point.falsePositiveRate).toBeCloseTo(falsePositiveRates[i] ?? Number.NaN, 12);
    expect(point.recall).toBeCloseTo(recalls[i] ?? Number.NaN, 12);
  });
}

describe('the ROC curve', () => {
  // scikit-learn 1.2.1: roc_curve(y, p, sample_weight=w, drop_intermediate=False), roc_auc_score.
  it('is scikit-learn’s, answers that tie in one step', () => {
    const curve = rocCurve(TIED);
    const rates = [0, 0, 1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7, 1];
    expectRates(curve, rates, [0, 0.2, 0.6, 0.6, 0.8, 1, 1, 1]);
    expect(curve.map(({ probability }) => probability)).toEqual([
      null,
      0.9,
      0.8,
      0.65,
      0.5,
      0.35,
      0.2,
      0.1,
    ]);
    expect(areaUnder(curve)).toBeCloseTo(0.8, 12);
  });

  it('is scikit-learn’s where answers have weights', () => {
    const curve = rocCurve(TIED, Float64Array.of(1, 2, 0.5, 1, 4, 1, 1, 2.5, 1, 1, 3, 1));
    const rates = [
      0, 0, 0.038461538461538464, 0.34615384615384615, 0.4230769230769231, 0.6153846153846154,
      0.6923076923076923, 1,
    ];
    expectRates(curve, rates, [0, 1 / 6, 2 / 3, 2 / 3, 5 / 6, 1, 1, 1]);
    expect(areaUnder(curve)).toBeCloseTo(0.8397435897435898, 12);
  });

  it('counts a failure that may be another’s as a part of one', () => {
    const curve = rocCurve(labelledAnswers([said(0.9, 1, 0.5), said(0.7, 1), said(0.1, 0)]));
    expectRates(curve, [0, 1 / 3, 1 / 3, 1], [0, 1 / 3, 1, 1]);
  });

  it('is empty where all answers went the same way', () => {
    expect(rocCurve([])).toEqual([]);
    expect(rocCurve(labelledAnswers([said(0.9, 0), said(0.2, 0)]))).toEqual([]);
    expect(rocCurve(labelledAnswers([said(0.9, 1), said(0.2, 1)]))).toEqual([]);
  });

  it('has at most 200 points, and those left out lie within .0071 of it', () => {
    const all = labelledAnswers(history(4000, () => true));
    const curve = rocCurve(all);
    expect(curve.length).toBeLessThanOrEqual(200);
    expect(curve[0]).toEqual({ probability: null, falsePositiveRate: 0, recall: 0 });
    expect(curve.at(-1)).toMatchObject({ falsePositiveRate: 1, recall: 1 });
    curve.slice(1).forEach((point, i) => {
      expect(point.recall).toBeGreaterThanOrEqual(curve[i]?.recall ?? 1);
      expect(point.falsePositiveRate).toBeGreaterThanOrEqual(curve[i]?.falsePositiveRate ?? 1);
    });
    const [failures, others] = [1, 0].map((is) => all.filter(({ label }) => label === is).length);
    let [found, alarms] = [0, 0];
    for (const { label } of all.toSorted((a, b) => b.probability - a.probability)) {
      if (label === 1) found += 1;
      else alarms += 1;
      const at = [alarms / (others ?? 0), found / (failures ?? 0)] as const;
      expect(distanceTo(curve, at)).toBeLessThan(0.0071);
    }
    // What ties at the top is one long step: its beginning and its end stay.
    const tied = all.map((one) => (one.probability > 0.5 ? { ...one, probability: 0.9 } : one));
    const [origin, first] = rocCurve(tied);
    expect([origin?.probability, first?.probability]).toEqual([null, 0.9]);
  });

  it('encloses the ROC-AUC of the report, naive and weighted', async () => {
    const seldom = (chance: number, random: () => number): boolean =>
      random() < (chance > 0.5 ? 0.2 : 1);
    const stretch = { from: START, to: START + 900 * HOUR, asOf: START + 1000 * HOUR };
    const report = await performanceReport({
      ...{ answers: history(900, seldom), ...stretch, chunk: 900 * HOUR },
    });
    const { naive, weighted } = report.rocCurve;
    const [one, other] = [report.naive?.metrics.rocAuc ?? 0, report.weighted?.metrics.rocAuc ?? 0];
    expect(Math.abs(one - other)).toBeGreaterThan(0.005);
    expect(Math.abs(areaUnder(naive) - one)).toBeLessThan(0.0005);
    expect(Math.abs(areaUnder(weighted) - other)).toBeLessThan(0.0005);
  });
});

describe('the priority bands', () => {
  const given = (priority: number, label: 0 | 1, share = 1): JudgedAnswer =>
    answer(label, { priority, share });

  it('tell how their answers went, and what handling all down to one finds', () => {
    const answers = [
      // P1, from .8 on.
      ...[given(0.95, 1), given(0.8, 1), given(0.85, 0)],
      { ...given(0.9, 0), ...unseen },
      // P2; none in P3.
      ...[given(0.7, 1), given(0.79, 0), given(0.6, 0)],
      // P4.
      ...[given(0.3, 1), given(0.2, 0)],
      // P5.
      ...[given(0.19, 0), given(0, 0)],
    ];
    const counts = (all: number, ...[failures, nonFailures, unlabelled]: number[]): object => {
      return { answers: all, failures, nonFailures, unlabelled };
    };
    expect(confusionByBand(answers)).toEqual([
      { band: 'P1', ...counts(4, 2, 1, 1), precision: 2 / 3, recall: 0.5 },
      { band: 'P2', ...counts(3, 1, 2, 0), precision: 3 / 6, recall: 0.75 },
      { band: 'P3', ...counts(0, 0, 0, 0), precision: 3 / 6, recall: 0.75 },
      { band: 'P4', ...counts(2, 1, 1, 0), precision: 4 / 8, recall: 1 },
      { band: 'P5', ...counts(2, 0, 2, 0), precision: 4 / 10, recall: 1 },
    ]);
  });

  it('count a failure that may be another’s as a part of one', () => {
    const [first, second] = confusionByBand([given(0.9, 1, 0.6), given(0.7, 1, 0.9)]);
    expect(first).toMatchObject({ failures: 1, nonFailures: 0, precision: 0.6 });
    expect(first?.recall).toBeCloseTo(0.4, 12);
    expect(second?.precision).toBeCloseTo(0.75, 12);
  });

  it('have no precision without labels, and no recall without failures', () => {
    const [first, second] = confusionByBand([{ ...given(0.9, 0), ...unseen }, given(0.7, 0)]);
    expect(first).toMatchObject({ unlabelled: 1, precision: NaN, recall: NaN });
    expect(second).toMatchObject({ precision: 0, recall: NaN });
    expect(confusionByBand([]).map(({ band }) => band)).toEqual(['P1', 'P2', 'P3', 'P4', 'P5']);
  });
});

describe('the probabilities by class', () => {
  const countsIn = (counts: readonly number[]): [bin: number, count: number][] =>
    counts.flatMap((count, bin) => (count === 0 ? [] : [[bin, count] as [number, number]]));

  it('lie in twenty bins, each with its lower edge and the last with 1', () => {
    const { edges, failures, nonFailures } = probabilityHistogram([
      ...TIED,
      ...labelledAnswers([said(0, 0), said(1, 1), said(0.999, 1)]),
    ]);
    expect(edges).toHaveLength(21);
    expect([edges[0], edges[7], edges[20]]).toEqual([0, 0.35, 1]);
    // NumPy 1.24: histogram(p, bins=[i / 20 for i in range(21)]).
    expect(countsIn(failures)).toEqual([
      [7, 1],
      [10, 1],
      [16, 2],
      [18, 1],
      [19, 2],
    ]);
    expect(countsIn(nonFailures)).toEqual([
      [0, 1],
      [2, 2],
      [4, 1],
      [7, 1],
      [10, 1],
      [13, 1],
      [16, 1],
    ]);
  });

  it('have a failure that may be another’s on both sides', () => {
    const { failures, nonFailures } = probabilityHistogram(labelledAnswers([said(0.51, 1, 0.75)]));
    expect(countsIn(failures)).toEqual([[10, 0.75]]);
    expect(countsIn(nonFailures)).toEqual([[10, 0.25]]);
  });

  it('are all nought where no label is known', () => {
    const { failures, nonFailures } = probabilityHistogram([]);
    expect([countsIn(failures), countsIn(nonFailures)]).toEqual([[], []]);
  });
});
