import { logLossDifference } from '../statistics/classification-metrics.js';
import type { GroupedBootstrap } from '../statistics/classification-metrics.js';
import type { ScoredLabels } from '../statistics/scored-labels.js';
import { finiteLogOdds } from './held-out-rows.js';
import { logOdds, sigmoid } from './linear-margin.js';
import { RefinedLoss } from './refined-loss.js';

export type SignalVerdict = 'signal' | 'no signal';

/** Nats; what is nearer to nought than this is rounding. */
const ROUNDING = 1e-9;

/** Fewer are all on one side by chance in more than one case of twenty (two to the minus number). */
const FEWEST_GROUPS = 5;

/**
 * Whether answers say more than how often it happens: on rows that they have not seen their log loss
 * is beyond chance (paired bootstrap, 90 %) below the base rate's, and what remains of it once level
 * and confidence are mended is so too. A level that has moved since is met by calibration, or by
 * chance, and is no word of the features. Fewer than five groups are never beyond chance.
 *
 * @param base the base rate's probabilities, one for each fold that it was learned on.
 * @param bootstrap is called for each of the two comparisons.
 */
export function signalVerdict(
  scored: ScoredLabels,
  base: Float64Array,
  bootstrap: () => GroupedBootstrap,
): SignalVerdict {
  const beats = (answers: Float64Array, others: Float64Array): boolean => {
    const difference = logLossDifference(
      { ...scored, probabilities: answers },
      others,
      bootstrap(),
    );
    return difference.interval[1] < -ROUNDING;
  };
  const { groups } = bootstrap();
  if (groups !== undefined && new Set(groups).size < FEWEST_GROUPS) return 'no signal';
  const { probabilities } = scored;
  if (!beats(probabilities, base)) return 'no signal';
  const telling = beats(mended(probabilities, base, scored), mended(base, base, scored));
  return telling ? 'signal' : 'no signal';
}

/** The answers as they would be with the best level and confidence, fold by fold. */
function mended(
  answers: Float64Array,
  base: Float64Array,
  { labels, weights = new Float64Array(labels.length).fill(1) }: ScoredLabels,
): Float64Array {
  const odds = finiteLogOdds(answers);
  const moved = new Float64Array(odds.length);
  for (const rate of new Set(base)) {
    const fold = Int32Array.from(base.keys()).filter((row) => base[row] === rate);
    const refined = new RefinedLoss({ targets: labels, weights }, fold, logOdds(rate));
    refined.of(odds);
    for (const row of fold) moved[row] = sigmoid(refined.mended(odds[row] ?? 0));
  }
  return moved;
}
