import { drawCounts, groupCodes } from '../statistics/bootstrap.js';
import { rankedMetrics } from '../statistics/classification-metrics.js';
import type { ClassificationMetrics } from '../statistics/classification-metrics.js';
import { deLongInterval } from '../statistics/delong.js';
import { percentileInterval, unbiasedInterval } from '../statistics/interval.js';
import type { Interval } from '../statistics/interval.js';
import { rankLabels, rankOrder } from '../statistics/scored-labels.js';
import type { RankedLabels } from '../statistics/scored-labels.js';
import type { LabelledAnswer, ScoredAnswers } from './performance-answer.js';
import { failuresAmong, scoredLabels } from './performance-answer.js';

/** The figures of answers, with the Brier skill: 1 is perfect, 0 no better than the base rate. */
export interface PerformanceMetrics extends ClassificationMetrics {
  readonly brierSkill: number;
}

export const PERFORMANCE_NAMES = [
  'rocAuc',
  'prAuc',
  'brierSkill',
  'logLoss',
  'brier',
  'ece',
] as const;
export type PerformanceName = (typeof PERFORMANCE_NAMES)[number];

/** What was realised, with 90 % intervals. */
export interface RealisedFigures {
  readonly episodes: number;
  readonly failures: number;
  /** Share of failures among them, weighted. */
  readonly failureRate: number;
  readonly metrics: PerformanceMetrics;
  /** Bootstrapped, answers of one incident drawn together. */
  readonly intervals: Readonly<Record<PerformanceName, Interval>>;
  /** ROC-AUC's by DeLong, each answer by itself as what it likelier is; unweighted. */
  readonly deLong: Interval;
}

/** How figures are made: a seeded source of chance, how many resamples. */
export interface FigureOptions {
  readonly random: () => number;
  /** One per answer; one each where absent. */
  readonly weights?: Float64Array | undefined;
  readonly resamples?: number | undefined;
}

/** Fewer failures or others than this say nothing. */
export const FEWEST_JUDGED = 5;

interface RatedMetrics {
  readonly rate: number;
  readonly metrics: PerformanceMetrics;
}

function withSkill(ranked: RankedLabels): RatedMetrics {
  const metrics = rankedMetrics(ranked);
  const { labels, weights } = ranked;
  let [failures, total] = [0, 0];
  for (let rank = 0; rank < labels.length; rank += 1) {
    const weight = weights[rank] ?? 0;
    total += weight;
    if (labels[rank] === 1) failures += weight;
  }
  const rate = failures / total;
  return { rate, metrics: { ...metrics, brierSkill: 1 - metrics.brier / (rate * (1 - rate)) } };
}

/** Labelled answers, ranked once, however often their groups are drawn. */
export class WeighedAnswers {
  private readonly ranked: RankedLabels;
  private readonly drawn: Float64Array;
  private readonly codes: Uint32Array;

  /** @param codes one per answer: the group that it is drawn with */
  constructor(scored: ScoredAnswers, codes: Uint32Array) {
    const order = rankOrder(scored.probabilities);
    this.ranked = rankLabels(scored, order);
    this.drawn = new Float64Array(order.length);
    this.codes = order.map((row) => codes[scored.places[row] ?? 0] ?? 0);
  }

  /** The figures as they are. */
  figures(): RatedMetrics {
    return withSkill(this.ranked);
  }

  /** The figures where each group counts so many times. */
  drawnFigures(counts: Float64Array): RatedMetrics {
    const { codes, drawn, ranked } = this;
    for (let rank = 0; rank < drawn.length; rank += 1) {
      drawn[rank] = (counts[codes[rank] ?? 0] ?? 0) * (ranked.weights[rank] ?? 0);
    }
    return withSkill({ ...ranked, weights: drawn });
  }
}

/** What answers were worth; null where fewer than five failed or fewer than five did not. */
export function realisedFigures(
  answers: readonly LabelledAnswer[],
  { random, weights, resamples = 300 }: FigureOptions,
): RealisedFigures | null {
  const failures = failuresAmong(answers);
  if (Math.min(failures, answers.length - failures) < FEWEST_JUDGED) return null;
  const codes = groupCodes(
    answers.length,
    answers.map(({ group }) => group),
  );
  const weighed = new WeighedAnswers(scoredLabels(answers, weights), codes);
  const counts = new Float64Array(codes.reduce((most, code) => Math.max(most, code + 1), 0));
  const drawn: PerformanceMetrics[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    drawCounts(counts, random);
    drawn.push(weighed.drawnFigures(counts).metrics);
  }
  const { rate, metrics } = weighed.figures();
  const intervals = PERFORMANCE_NAMES.map((name) => {
    const figures = drawn.map((each) => each[name]);
    const isEce = name === 'ece';
    return [name, isEce ? unbiasedInterval(metrics.ece, figures) : percentileInterval(figures)];
  });
  return {
    episodes: answers.length,
    failures,
    failureRate: rate,
    metrics,
    intervals: Object.fromEntries(intervals) as Record<PerformanceName, Interval>,
    deLong: deLongInterval({
      labels: Uint8Array.from(answers, ({ label, share }) => (share >= 0.5 ? label : 0)),
      probabilities: Float64Array.from(answers, ({ probability }) => probability),
    }),
  };
}
