import { drawCounts, groupCodes } from '../statistics/bootstrap.js';
import { quantileOfSorted } from '../statistics/interval.js';
import type { Interval } from '../statistics/interval.js';
import type { JudgedAnswer, LabelledAnswer } from './performance-answer.js';
import { scoredLabels } from './performance-answer.js';
import type { RealisedFigures } from './performance-figures.js';
import { realisedFigures, WeighedAnswers } from './performance-figures.js';
import { queueRanks } from './performance-observation.js';

/** The figures by which the weights are checked. */
export const AUDITED_FIGURES = ['failureRate', 'rocAuc', 'logLoss'] as const;
export type AuditedFigure = (typeof AUDITED_FIGURES)[number];

/** Whether the weighted figures are those of a random sample that people looked at without a score. */
export interface AuditCheck {
  /** Mature answers about episodes that are chosen at random, whatever their rank. */
  readonly chosen: number;
  /** Those of them of which people have told. */
  readonly audited: number;
  /** Audited share of the chosen: of the upper half of the queue and of the lower. */
  readonly auditedByHalf: readonly [upper: number, lower: number];
  /** The sample's own figures, each half standing for all its chosen; null where too few are known. */
  readonly figures: RealisedFigures | null;
  /** Weighted less audited, resampled together; 90 % for all three at once. */
  readonly differences: Readonly<
    Record<AuditedFigure, { readonly mean: number; readonly interval: Interval }>
  > | null;
  readonly verdict: 'too-few-audited' | 'agrees' | 'differs';
}

/** Labelled answers and how many others each stands for. */
export interface WeightedSample {
  readonly answers: readonly LabelledAnswer[];
  readonly weights: Float64Array;
}

const FEWEST_AUDITED = 30;

/** A half of which less than this share of the other's was audited is not random any more. */
const LEAST_EVEN = 0.5;

const RESAMPLES = 300;

interface Audited extends WeightedSample {
  readonly chosen: number;
  readonly audited: number;
  readonly auditedByHalf: readonly [number, number];
}

function auditedOf(mature: readonly JudgedAnswer[]): Audited {
  const ranks = queueRanks(mature);
  const chosen = [0, 0];
  const told = [0, 0];
  const found: { answer: LabelledAnswer; half: number }[] = [];
  mature.forEach((answer, i) => {
    if (answer.audit === null) return;
    const half = (ranks[i] ?? 0) < 0.5 ? 0 : 1;
    const { label } = answer.audit;
    chosen[half] = (chosen[half] ?? 0) + 1;
    if (label === undefined) return;
    told[half] = (told[half] ?? 0) + 1;
    if (label === null) return;
    const labelKnownAt = answer.labelKnownAt ?? answer.dueAt;
    found.push({ answer: { ...answer, label, share: 1, labelKnownAt }, half });
  });
  const shareOf = (half: number): number => (told[half] ?? 0) / (chosen[half] ?? 0);
  return {
    chosen: (chosen[0] ?? 0) + (chosen[1] ?? 0),
    audited: (told[0] ?? 0) + (told[1] ?? 0),
    auditedByHalf: [shareOf(0), shareOf(1)],
    answers: found.map(({ answer }) => answer),
    weights: Float64Array.from(found, ({ half }) => 1 / shareOf(half)),
  };
}

function isEnough({ answers, auditedByHalf: [upper, lower] }: Audited): boolean {
  const isEven = Math.min(upper, lower) >= LEAST_EVEN * Math.max(upper, lower);
  return answers.length >= FEWEST_AUDITED && isEven;
}

/** Both samples' figures wherever the same groups are drawn for both. */
function differences(
  weighted: WeightedSample,
  audited: WeightedSample,
  random: () => number,
): NonNullable<AuditCheck['differences']> {
  const both = [...weighted.answers, ...audited.answers];
  const codes = groupCodes(
    both.length,
    both.map(({ group }) => group),
  );
  const border = weighted.answers.length;
  const weighed = ({ answers, weights }: WeightedSample, own: Uint32Array): WeighedAnswers =>
    new WeighedAnswers(scoredLabels(answers, weights), own);
  const first = weighed(weighted, codes.subarray(0, border));
  const second = weighed(audited, codes.subarray(border));
  type Figures = ReturnType<WeighedAnswers['figures']>;
  const figure = ({ rate, metrics }: Figures, name: AuditedFigure): number =>
    name === 'failureRate' ? rate : metrics[name];
  const counts = new Float64Array(codes.reduce((most, code) => Math.max(most, code + 1), 0));
  const drawn = Array.from({ length: RESAMPLES }, () => {
    drawCounts(counts, random);
    return [first.drawnFigures(counts), second.drawnFigures(counts)] as const;
  });
  const [is, was] = [first.figures(), second.figures()];
  const tail = 0.05 / AUDITED_FIGURES.length;
  const entries = AUDITED_FIGURES.map((name) => {
    const gaps = drawn.map(([one, other]) => figure(one, name) - figure(other, name));
    const sorted = Float64Array.from(gaps.filter((gap) => !Number.isNaN(gap))).sort();
    const interval = [quantileOfSorted(sorted, tail), quantileOfSorted(sorted, 1 - tail)];
    return [name, { mean: figure(is, name) - figure(was, name), interval }];
  });
  return Object.fromEntries(entries) as NonNullable<AuditCheck['differences']>;
}

/**
 * Sets the weighted figures beside those of the audit sample: where the weights are right, both
 * tell of the same queue. A failed check says that the chance of being observed is modelled wrongly.
 */
export function checkOnAudit(
  mature: readonly JudgedAnswer[],
  weighted: WeightedSample,
  randomOf: () => () => number,
): AuditCheck {
  const audited = auditedOf(mature);
  const { chosen, auditedByHalf } = audited;
  const facts = { chosen, audited: audited.audited, auditedByHalf };
  const { answers, weights } = audited;
  const figures = isEnough(audited)
    ? realisedFigures(answers, { random: randomOf(), weights })
    : null;
  if (figures === null || weighted.answers.length === 0) {
    return { ...facts, figures, differences: null, verdict: 'too-few-audited' };
  }
  const gaps = differences(weighted, audited, randomOf());
  const isFar = ({ interval: [low, high] }: { readonly interval: Interval }): boolean =>
    low > 0 || high < 0;
  const verdict = Object.values(gaps).some(isFar) ? 'differs' : 'agrees';
  return { ...facts, figures, differences: gaps, verdict };
}
