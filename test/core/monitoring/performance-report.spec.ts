import { describe, expect, it } from '@jest/globals';

import type { JudgedAnswer } from '../../../src/core/monitoring/performance-answer.js';
import { labelledAnswers } from '../../../src/core/monitoring/performance-answer.js';
import {
  coverageByRank,
  labelDelayCurve,
} from '../../../src/core/monitoring/performance-coverage.js';
import {
  leadTimeOf,
  lossCapture,
  precisionRecall,
  recallAtPages,
} from '../../../src/core/monitoring/performance-curves.js';
import { checkOnAudit } from '../../../src/core/monitoring/performance-audit.js';
import { observationProbabilities } from '../../../src/core/monitoring/performance-observation.js';
import { performanceReport } from '../../../src/core/monitoring/performance-report.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR, MINUTE, WEEK } from '../../../src/core/telemetry/time.js';
import { aFailure, anAnswer, DELAY, history, START } from '../../builders/judged-answers.js';

describe('the performance report', () => {
  it('tells what honest answers are worth, in whole, by time, segment and stage', async () => {
    const answers = history(24 * 28, () => true);
    const report = await performanceReport({
      answers,
      from: START,
      to: START + 28 * DAY,
      asOf: START + 28 * DAY,
      chunk: WEEK,
    });
    expect(report.mature).toBe(24 * 28 - 7);
    expect(report.labelled).toBe(report.mature);
    const { naive, weighted } = report;
    // Uniform honest probabilities: an AUC of 5/6, a Brier score of 1/6 against 1/4.
    expect(naive?.metrics.rocAuc).toBeCloseTo(5 / 6, 1);
    expect(naive?.metrics.brierSkill).toBeCloseTo(1 / 3, 1);
    expect(weighted?.metrics).toEqual(naive?.metrics);
    expect(naive?.intervals.rocAuc[0]).toBeLessThan(naive?.metrics.rocAuc ?? 0);
    for (const part of [naive, ...report.chunks.map((chunk) => chunk.realised)]) {
      // Resampling makes ECE larger: percentiles may lie above the figure itself.
      expect(part?.intervals.ece[0] ?? 0).toBeLessThanOrEqual(part?.metrics.ece ?? 0);
    }
    expect(naive?.intervals.rocAuc[0]).toBeCloseTo(naive?.deLong[0] ?? 0, 1.7);
    expect(report.segments.map(({ name }) => name)).toEqual(['everybody', 'mobile']);
    expect(report.stages.map(({ name }) => name)).toEqual(['checkout/payment']);
    expect(report.chunks.map(({ referenceLabels }) => referenceLabels)).toEqual([0, 161, 329, 497]);
    for (const { cbpe, realised, expected, reconciled } of report.chunks) {
      expect(Math.abs((cbpe?.rocAuc ?? 0) - (realised?.metrics.rocAuc ?? 0))).toBeLessThan(0.08);
      expect(realised?.metrics.rocAuc).toBeGreaterThan(expected?.rocAuc[0] ?? 1);
      expect(reconciled?.rocAuc).toBe(true);
    }
    expect(report.chunks[3]?.pape).not.toBeNull();
    expect(report.chunks.map(({ papeMissing }) => papeMissing)).toEqual([
      'few-labels',
      'few-labels',
      null,
      null,
    ]);
  });

  it('estimates a chunk by nothing that was learnt after it began', async () => {
    const answers = history(24 * 21, () => true);
    const [from, to] = [START, START + 14 * DAY];
    const asOf = START + 21 * DAY;
    const late = answers.map((answer) =>
      answer.asOf > START + 7 * DAY - DELAY ? { ...answer, probability: 0.5 } : answer,
    );
    const estimateOf = async (some: readonly JudgedAnswer[]): Promise<unknown> =>
      (await performanceReport({ answers: some, from, to, asOf, chunk: WEEK })).chunks[0]?.cbpe;
    expect(await estimateOf(answers)).not.toBeNull();
    const known = answers.filter((answer) => answer.asOf < START + 7 * DAY - DELAY);
    const seen = late.filter((answer) => answer.asOf < START + 7 * DAY - DELAY);
    expect(await estimateOf(seen)).toEqual(await estimateOf(known));
  });

  it('weighs what is seldom observed: the naive figures are off and the weighted ones are not', async () => {
    // Of what was ranked high, four fifths are mitigated before anything can be seen.
    const seldom = (chance: number, random: () => number): boolean =>
      random() < (chance > 0.5 ? 0.2 : 1);
    const [whole, biased] = [history(900, () => true), history(900, seldom)];
    const ask = {
      from: START,
      to: START + 900 * HOUR,
      asOf: START + 1000 * HOUR,
      chunk: 9000 * HOUR,
    };
    const truth = (await performanceReport({ answers: whole, ...ask })).naive;
    const { naive, weighted } = await performanceReport({ answers: biased, ...ask });
    const gap = (rate: number | undefined): number =>
      Math.abs((rate ?? 0) - (truth?.failureRate ?? 0));
    expect(gap(naive?.failureRate)).toBeGreaterThan(0.1);
    expect(gap(weighted?.failureRate)).toBeLessThan(0.06);
    const probabilities = await observationProbabilities(biased, seededRandom(0));
    expect(Math.min(...probabilities)).toBeGreaterThanOrEqual(0.05);
  });

  it('says that it does not know where there are too few', async () => {
    const answers = [anAnswer(1), aFailure(2, 5)];
    const ask = { from: START, to: START + DAY, asOf: START + 2 * DAY, chunk: DAY };
    const report = await performanceReport({ answers, ...ask });
    expect(report.naive).toBeNull();
    expect(report.weighted).toBeNull();
    expect(report.chunks[0]?.realised).toBeNull();
    const empty = await performanceReport({ answers: [], ...ask });
    expect(empty).toMatchObject({ answers: 0, leadTime: null, naive: null, labelDelay: [] });
  });
});

describe('the audit sample', () => {
  const random = (): (() => number) => seededRandom(0);
  const ask = {
    from: START,
    to: START + 900 * HOUR,
    asOf: START + 1000 * HOUR,
    chunk: 9000 * HOUR,
  };
  /** One answer in five is chosen; somebody looked at it where `looked` says so. */
  const withAudits = (looked: (answer: JudgedAnswer, id: number) => boolean): JudgedAnswer[] => {
    const whole = history(900, () => true);
    // Of what was ranked high, four fifths are mitigated before anything can be seen.
    const chance = seededRandom(3);
    return whole.map((answer, id) => {
      const { label } = answer;
      const isSeen = answer.probability <= 0.5 || chance() < 0.2;
      const audit = id % 5 === 0 ? { label: looked(answer, id) ? label : undefined } : null;
      if (isSeen) return { ...answer, audit };
      return {
        ...answer,
        audit,
        state: 'censored',
        label: null,
        labelKnownAt: null,
        failure: null,
      };
    });
  };

  it('agrees with figures whose weights are right, and not with the naive ones', async () => {
    const answers = withAudits(() => true);
    const { audit } = await performanceReport({ answers, ...ask });
    expect(audit).toMatchObject({ chosen: 180, audited: 180, auditedByHalf: [1, 1] });
    expect(audit.figures?.episodes).toBe(180);
    expect(audit.verdict).toBe('agrees');
    const seen = labelledAnswers(answers);
    const unweighted = { answers: seen, weights: new Float64Array(seen.length).fill(1) };
    const naive = checkOnAudit(answers, unweighted, random);
    expect(naive.verdict).toBe('differs');
    expect(naive.differences?.failureRate.mean).toBeLessThan(-0.1);
    expect(naive.differences?.failureRate.interval[1]).toBeLessThan(0);
  });

  it('lets each half of the queue stand for all its chosen', async () => {
    const all = (await performanceReport({ answers: withAudits(() => true), ...ask })).audit;
    const uneven = withAudits(({ probability }, id) => probability > 0.5 || id % 3 !== 0);
    const some = (await performanceReport({ answers: uneven, ...ask })).audit;
    expect(some.auditedByHalf[1]).toBeLessThan(0.75);
    expect(some.figures?.failureRate).toBeCloseTo(all.figures?.failureRate ?? 0, 1.3);
  });

  it('says that too few were looked at, or only those on top', async () => {
    const few = withAudits((_, id) => id < 100);
    expect((await performanceReport({ answers: few, ...ask })).audit).toMatchObject({
      audited: 20,
      figures: null,
      verdict: 'too-few-audited',
    });
    const top = withAudits(({ probability }, id) => probability > 0.5 || id % 20 === 0);
    expect((await performanceReport({ answers: top, ...ask })).audit.verdict).toBe(
      'too-few-audited',
    );
  });
});

describe('failures that may be another’s', () => {
  it('are a part of one in every figure', async () => {
    const all = history(400, () => true);
    const ask = { from: START, to: START + 400 * HOUR, asOf: START + 500 * HOUR, chunk: 30 * DAY };
    const halved = all.map((one) => (one.label === 1 ? { ...one, share: 0.5 } : one));
    const [whole, half] = await Promise.all(
      [all, halved].map((answers) => performanceReport({ answers, ...ask })),
    );
    expect(half?.failures).toBe(Math.round((whole?.failures ?? 0) / 2));
    expect(half?.naive?.failureRate).toBeCloseTo((whole?.naive?.failureRate ?? 0) / 2, 9);
    const rates = (report = whole): number =>
      (report?.calibration ?? []).reduce((sum, { failureRate }) => sum + failureRate, 0);
    expect(rates(half)).toBeCloseTo(rates() / 2, 9);
    expect(half?.weighted?.failureRate).toBeLessThan(whole?.weighted?.failureRate ?? 0);
  });
});

describe('precision against recall', () => {
  const said = (probability: number, label: 0 | 1): JudgedAnswer =>
    label === 1 ? aFailure(1, 1, { probability }) : anAnswer(1, { probability });

  it('goes down the probabilities, those that tie together', () => {
    const answers = labelledAnswers([said(0.9, 1), said(0.7, 0), said(0.7, 1), said(0.1, 0)]);
    expect(precisionRecall(answers)).toEqual([
      { probability: 0.9, recall: 0.5, precision: 1 },
      { probability: 0.7, recall: 1, precision: 2 / 3 },
    ]);
    expect(precisionRecall(labelledAnswers([said(0.3, 0)]))).toEqual([]);
  });

  it('counts a failure that may be another’s as a part of one', () => {
    const doubtful = aFailure(1, 1, { probability: 0.7, share: 0.5 });
    expect(precisionRecall(labelledAnswers([said(0.9, 1), doubtful]))).toEqual([
      { probability: 0.9, recall: 2 / 3, precision: 1 },
      { probability: 0.7, recall: 1, precision: 0.75 },
    ]);
  });

  it('is told at twenty points, however many answers there are', () => {
    const points = precisionRecall(labelledAnswers(history(900, () => true)));
    expect(points).toHaveLength(20);
    expect(points.at(-1)?.recall).toBe(1);
  });
});

describe('the queue', () => {
  const answers = [
    aFailure(1, 90, { priority: 0.9 }),
    // The same failure fires a second alert, and a page counts once for both its stages.
    aFailure(2, 90, { priority: 0.8, failure: aFailure(1, 90).failure }),
    anAnswer(3, { priority: 0.7 }),
    aFailure(4, 10, { priority: 0.1 }),
  ];

  it('finds a failure once, whoever told of it', () => {
    const points = recallAtPages(answers, WEEK);
    expect(points[0]).toEqual({ pagesPerWeek: 1, recall: 0.5, lossCaptured: 0.9 });
    expect(points[2]).toEqual({ pagesPerWeek: 5, recall: 1, lossCaptured: 1 });
    const curve = lossCapture(answers);
    expect(curve[0]?.lossCaptured).toBe(0);
    expect(curve[5]?.lossCaptured).toBe(0.9);
    expect(curve[20]?.lossCaptured).toBe(1);
  });

  it('tells how early the first answer about a failure was', () => {
    expect(leadTimeOf(answers)).toMatchObject({
      failures: 2,
      toEnd: { median: 50 * MINUTE },
      toOnset: { median: -10 * MINUTE },
    });
  });
});

describe('the labels', () => {
  it('are told by tenth of the queue and by delay', () => {
    const answers = Array.from({ length: 100 }, (_, id) =>
      anAnswer(id, {
        asOf: START,
        priority: 1 - id / 100,
        ...(id < 10 ? ({ state: 'censored', label: null, labelKnownAt: null } as const) : {}),
      }),
    );
    const [first, second] = coverageByRank(answers);
    expect(first).toMatchObject({ decile: 1, answers: 10, censored: 10, coverage: 0 });
    expect(second).toMatchObject({ decile: 2, labelled: 10, coverage: 1 });
    const delays = labelDelayCurve(answers, START + DAY);
    expect(delays.find(({ within }) => within === 6 * HOUR)?.labelled).toBe(0);
    expect(delays.find(({ within }) => within === 9 * HOUR)?.labelled).toBe(0.9);
    expect(delays.some(({ within }) => within > DAY)).toBe(false);
  });
});
