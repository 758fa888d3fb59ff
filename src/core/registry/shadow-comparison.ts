import { pairedBootstrap } from '../statistics/bootstrap.js';
import { classificationMetrics } from '../statistics/classification-metrics.js';
import type { ClassificationMetrics } from '../statistics/classification-metrics.js';
import type { Interval } from '../statistics/interval.js';
import { rowLogLoss } from '../statistics/scored-labels.js';

/** One live answer with what the challenger would have said, and how it went where that is known. */
export interface ShadowedAnswer {
  readonly answered: number;
  readonly shadow: number;
  /** Null where it is not known. */
  readonly label: 0 | 1 | null;
  /** How likely a failure is of the episode's own doing; 1 where nothing failed. */
  readonly share: number;
  /** Answers of one incident are not independent. */
  readonly group: string;
}

/** A challenger on live traffic beside those that answered. */
export interface ShadowComparison {
  readonly answers: number;
  readonly labelled: number;
  readonly failures: number;
  /** Mean absolute difference of the two probabilities. */
  readonly disagreement: number;
  /** Null until there are both failures and others. */
  readonly figures: {
    readonly answered: ClassificationMetrics;
    readonly shadow: ClassificationMetrics;
    /** Shadow less answered, nats: below zero the challenger is better. 90 % interval by incident. */
    readonly logLossDifference: { readonly mean: number; readonly interval: Interval };
  } | null;
}

/** Compares what was said with what would have been said, on the same live episodes. */
export function compareShadow(
  answers: readonly ShadowedAnswer[],
  random: () => number,
): ShadowComparison {
  const known = answers.filter(({ label }) => label !== null);
  const failures = Math.round(
    known.reduce((sum, { label, share }) => sum + (label ?? 0) * share, 0),
  );
  const gaps = answers.reduce((sum, one) => sum + Math.abs(one.answered - one.shadow), 0);
  const facts = {
    answers: answers.length,
    labelled: known.length,
    failures,
    disagreement: answers.length === 0 ? 0 : gaps / answers.length,
  };
  if (failures === 0 || failures === known.length) return { ...facts, figures: null };
  // A failure with the chance that it is the episode's own, and none with the rest.
  const rows = known.flatMap((one) => [
    { ...one, label: one.label ?? 0, weight: one.share },
    { ...one, label: 0, weight: 1 - one.share },
  ]);
  const labels = Uint8Array.from(rows, ({ label }) => label);
  const weights = Float64Array.from(rows, ({ weight }) => weight);
  const of = (name: 'answered' | 'shadow'): Float64Array =>
    Float64Array.from(rows, (one) => one[name]);
  const differences = Float64Array.from(
    rows,
    ({ answered, shadow, label }) => rowLogLoss(label, shadow) - rowLogLoss(label, answered),
  );
  const groups = rows.map(({ group }) => group);
  return {
    ...facts,
    figures: {
      answered: classificationMetrics({ labels, weights, probabilities: of('answered') }),
      shadow: classificationMetrics({ labels, weights, probabilities: of('shadow') }),
      logLossDifference: pairedBootstrap({ differences, weights, groups }, { random }),
    },
  };
}
