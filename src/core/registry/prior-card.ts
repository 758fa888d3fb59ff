import { ANOMALY_FEATURE_LIST } from '../features/anomaly-feature-list.js';
import type { Instant } from '../telemetry/time.js';
import { PRIOR_BASE_RATE, PRIOR_TERMS, PRIOR_VERSION } from '../training/prior.js';
import type { ModelCard } from './model-card.js';

const FEATURES = ANOMALY_FEATURE_LIST.filter(({ name }) =>
  PRIOR_TERMS.some((term) => term.feature === name),
);

/** The card of version 0: what is assumed, and that nothing was learned. */
export function priorCard(createdAt: Instant, codeVersion: string): ModelCard {
  return {
    version: PRIOR_VERSION,
    createdAt,
    learner: 'prior',
    evidence: 'prior',
    codeVersion,
    seed: 0,
    schema: { features: FEATURES.map(({ name, kind }) => ({ name, kind })) },
    features: FEATURES,
    data: null,
    judgedAfter: null,
    fittedUntil: null,
    metrics: null,
    baseRate: PRIOR_BASE_RATE,
    calibration: 'identity',
    limits: [
      'stated by hand, not learned: good for an order, not for a number',
      ...PRIOR_TERMS.map((term) => `${term.feature}: ${term.statement}`),
    ],
  };
}
