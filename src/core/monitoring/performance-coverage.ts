import { DAY, HOUR } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import type { JudgedAnswer } from './performance-answer.js';
import { labelledAnswers } from './performance-answer.js';
import { queueRanks } from './performance-observation.js';

/** What is known of the mature answers of one tenth of the queue. */
export interface DecileCoverage {
  /** 1 is the top. */
  readonly decile: number;
  readonly answers: number;
  readonly labelled: number;
  /** Mitigated before anything failed. */
  readonly censored: number;
  /** Measured, and it could have been either. */
  readonly undecided: number;
  readonly unmeasured: number;
  /** Share whose label is known. */
  readonly coverage: number;
}

/** Labels by rank: a loop that only learns from what was ranked high biases itself. */
export function coverageByRank(mature: readonly JudgedAnswer[]): DecileCoverage[] {
  const ranks = queueRanks(mature);
  const deciles = Array.from({ length: 10 }, (_, i) => ({
    decile: i + 1,
    answers: [] as JudgedAnswer[],
  }));
  mature.forEach((answer, i) => {
    deciles[Math.min(9, Math.floor(10 * (ranks[i] ?? 0)))]?.answers.push(answer);
  });
  return deciles.map(({ decile, answers }) => {
    const of = (state: JudgedAnswer['state']): number =>
      answers.filter((answer) => answer.state === state).length;
    return {
      decile,
      answers: answers.length,
      labelled: of('labelled'),
      censored: of('censored'),
      undecided: of('undecided'),
      unmeasured: of('unmeasured'),
      coverage: of('labelled') / answers.length,
    };
  });
}

/** Share of answers whose label was known so long after them. */
export interface DelayPoint {
  readonly within: Duration;
  readonly labelled: number;
  /** The answers that are old enough to say. */
  readonly answers: number;
}

const DELAYS: readonly Duration[] = [
  HOUR,
  3 * HOUR,
  6 * HOUR,
  9 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  4 * DAY,
  7 * DAY,
  14 * DAY,
  28 * DAY,
];

/** How soon labels come; each point by the answers that are at least so old. */
export function labelDelayCurve(answers: readonly JudgedAnswer[], asOf: Instant): DelayPoint[] {
  return DELAYS.map((within) => {
    const old = answers.filter((answer) => answer.asOf <= asOf - within);
    const known = labelledAnswers(old).filter(
      (answer) => answer.labelKnownAt - answer.asOf <= within,
    );
    return { within, labelled: known.length / old.length, answers: old.length };
  }).filter((point) => point.answers > 0);
}
