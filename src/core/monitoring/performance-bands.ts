import type { Band } from '../scoring/prediction.js';
import { BANDS } from '../scoring/prediction.js';
import { bandOf } from '../scoring/priority.js';
import type { JudgedAnswer } from './performance-answer.js';
import { failureChance, failuresAmong, labelledAnswers } from './performance-answer.js';

/** What became of the answers of one priority band, and of all that is handled down to it. */
export interface BandConfusion {
  readonly band: Band;
  /** Mature first answers that were given this band. */
  readonly answers: number;
  readonly failures: number;
  readonly nonFailures: number;
  /** Censored, undecided or not measured. */
  readonly unlabelled: number;
  /** Share of the labelled answers of this band and those above that failed; NaN where there are none. */
  readonly precision: number;
  /** Share of all failures that this band and those above hold; NaN where nothing failed. */
  readonly recall: number;
}

/**
 * Answers by the band of the first answer, P1 first: its priority decides the band, and both are
 * logged as they were given. A doubtful failure is a failure with its chance: counts are rounded,
 * shares are not.
 */
export function confusionByBand(mature: readonly JudgedAnswer[]): BandConfusion[] {
  let [found, handled] = [0, 0];
  const downTo = BANDS.map((band) => {
    const own = mature.filter(({ priority }) => bandOf(priority) === band);
    const labelled = labelledAnswers(own);
    found += labelled.reduce((sum, answer) => sum + failureChance(answer), 0);
    handled += labelled.length;
    return { band, own, labelled, found, handled };
  });
  return downTo.map((of) => {
    const failures = failuresAmong(of.labelled);
    return {
      band: of.band,
      answers: of.own.length,
      failures,
      nonFailures: of.labelled.length - failures,
      unlabelled: of.own.length - of.labelled.length,
      precision: of.found / of.handled,
      recall: of.found / found,
    };
  });
}
