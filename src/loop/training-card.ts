import { ANOMALY_FEATURES, ANOMALY_FEATURE_LIST } from '../core/features/anomaly-feature-list.js';
import type { ModelCard } from '../core/registry/model-card.js';
import { trainingSetHash } from '../core/registry/training-set-hash.js';
import type { Surprise } from '../core/scoring/surprise.js';
import type { Instant } from '../core/telemetry/time.js';
import { AUTO } from '../core/training/auto-classifier.js';
import type { ChangedMeaning } from '../core/training/changed-meaning.js';
import type { TrainingSet } from '../core/training/classifier.js';
import { FEWEST_FAILURES } from '../core/training/loss-quantiles.js';
import type { LossQuantiles } from '../core/training/loss-quantiles.js';
import { CODE_VERSION } from './code-version.js';
import type { Judged } from './judge-challenger.js';
import { SEED } from './judge-challenger.js';
import type { LabelledEpisodes } from './labelled-episodes.js';

/** What a model was made from. */
interface Ground {
  readonly asOf: Instant;
  readonly version: string;
  /** What of all that is known teaches. */
  readonly episodes: LabelledEpisodes;
  readonly changes: readonly ChangedMeaning[];
}

/** What is learnt beside the chance of a failure. */
interface Learnt {
  readonly loss: LossQuantiles | null;
  readonly surprise: Surprise | null;
}

function abstentionLimit({ threshold, falseAlarmRate }: Surprise): string {
  const share = (100 * falseAlarmRate).toFixed(1);
  return `abstains above a surprise of ${threshold.toFixed(1)}: ${share} % of held-out episodes are above it`;
}

function outdatedLimit({ service, stage, changedAt }: ChangedMeaning): string {
  const until = new Date(changedAt).toISOString().slice(0, 10);
  return `what alerts of ${service} did to ${stage ?? 'any stage'} before ${until} is left out: they came to mean something else`;
}

/** What must be known about a model that a training run made. */
export function trainingCard(
  { asOf, version, episodes, changes, loss, surprise }: Ground & Learnt,
  judged: Extract<Judged, { kind: 'judged' }>,
  set: TrainingSet,
): ModelCard {
  const { decision, judgedAfter, intervals, trained } = judged;
  const { choice, classifier, leftOut } = trained;
  const { version: _, ...figures } = decision.challenger;
  const failures = episodes.rows.reduce((sum, { label }) => sum + label, 0);
  const weight = set.weights.reduce((sum, one) => sum + one, 0);
  const failed = set.weights.reduce((sum, one, row) => sum + one * (set.labels[row] ?? 0), 0);
  const judgedOn = { episodes: decision.episodes, failures: decision.failures };
  return {
    version,
    createdAt: asOf,
    learner: choice.chosen,
    recipe: AUTO,
    members: choice.members.map(({ learner, weight }) => ({ learner: learner.name, weight })),
    evidence: 'model',
    codeVersion: CODE_VERSION,
    seed: SEED,
    schema: ANOMALY_FEATURES,
    features: ANOMALY_FEATURE_LIST,
    data: { hash: trainingSetHash(set), rows: episodes.rows.length, failures, asOf },
    judgedAfter,
    fittedUntil: asOf,
    changedMeanings: changes,
    metrics: { naive: { figures, intervals, ...judgedOn } },
    baseRate: failed / weight,
    calibration: choice.calibration.kind,
    completenessError: classifier.facts.completenessError,
    limits: [
      `learnt from ${episodes.rows.length} decided outcomes; ${episodes.unlabelled} were undecided, censored or too young`,
      'a failure counts for an episode with the chance that it is its doing',
      'figures are naive: handled episodes are not weighted for having been handled',
      loss === null
        ? `the size of a loss is pooled from past failures: fewer than ${FEWEST_FAILURES} were measured`
        : `the size of a loss is learnt from ${loss.failures} measured failures; its interval covers 90 % of failures like them`,
      ...changes.map(outdatedLimit),
      ...(surprise === null ? [] : [abstentionLimit(surprise)]),
      ...leftOut.map(({ learner, reason }) => `${learner} was not tried: ${reason}`),
    ],
  };
}
