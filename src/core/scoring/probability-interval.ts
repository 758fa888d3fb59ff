import type { LabelHistory } from '../features/feature-context.js';
import { betaQuantile } from '../statistics/beta-quantile.js';
import type { Interval } from '../statistics/interval.js';
import type { Prediction } from './prediction.js';

/** How many decided episodes the stated prior is worth. */
export const PRIOR_EPISODES = 4;

const SAME_RULE = 0.5;
const SAME_STAGE = 0.1;

/**
 * How many like decided episodes stand behind a probability: those of the same service and rule
 * count whole, the rule's others by half, the stage's others by a tenth, and the prior is worth
 * four. The prior's own answers have only these four: no label went into them.
 */
export function effectiveEpisodes(
  labels: LabelHistory | null,
  evidence: Prediction['evidence'],
): number {
  if (labels === null || evidence === 'prior') return PRIOR_EPISODES;
  const same = labels.serviceRule?.decided ?? 0;
  const rule = Math.max(same, labels.rule?.decided ?? 0);
  const stage = Math.max(rule, labels.stage?.decided ?? 0);
  return PRIOR_EPISODES + same + SAME_RULE * (rule - same) + SAME_STAGE * (stage - rule);
}

/**
 * 90 % interval of a probability as if it had been estimated from so many episodes: the quantiles
 * of Beta(n p + 1/2, n (1 - p) + 1/2), Jeffreys' interval (Brown, Cai & DasGupta 2001), widened to
 * hold p where it would not. It speaks of how little is known, not of the model's own fit.
 */
export function probabilityInterval(probability: number, episodes: number): Interval {
  const a = episodes * probability + 0.5;
  const b = episodes * (1 - probability) + 0.5;
  return [
    Math.min(probability, betaQuantile(0.05, a, b)),
    Math.max(probability, betaQuantile(0.95, a, b)),
  ];
}
