import { featureTable } from '../core/features/feature-table.js';
import { gate } from '../core/registry/promotion-gate.js';
import type { GateDecision } from '../core/registry/promotion-gate.js';
import type { ScoringModel } from '../core/scoring/score.js';
import { metricIntervals } from '../core/statistics/classification-metrics.js';
import { seededRandom } from '../core/statistics/random.js';
import type { Instant } from '../core/telemetry/time.js';
import { baseRateLearner } from '../core/training/base-rate.js';
import type { Classifier } from '../core/training/classifier.js';
import { train } from '../core/training/trainer.js';
import { LADDER } from './champion-scorer.js';
import type { LabelledEpisode } from './labelled-episodes.js';
import { trainingSetOf } from './labelled-episodes.js';

/** Share of the rows, the latest ones, that judge a recipe against the prior. */
const HELD_OUT = 0.4;

/** Fewer decided failures than this teach nothing that could be told from chance. */
const MIN_FAILURES = 8;

export const SEED = 0;

/** The champion as the gate sees it. */
export interface Defender {
  readonly model: ScoringModel;
  readonly learner: string;
  /** Up to when it learnt; null for the prior. */
  readonly fittedUntil: Instant | null;
}

/** What came of judging. */
export type Judged =
  | { readonly kind: 'insufficient-data' | 'no-signal'; readonly reason: string }
  | {
      readonly kind: 'judged';
      /** The chosen learner's name. */
      readonly learner: string;
      readonly decision: GateDecision;
      readonly judgedAfter: Instant;
      readonly intervals: ReturnType<typeof metricIntervals>;
    };

function cutOf(rows: readonly LabelledEpisode[], defender: Defender): Instant {
  const at = Math.floor(rows.length * (1 - HELD_OUT));
  return defender.fittedUntil ?? rows[at]?.logged.asOf ?? Number.POSITIVE_INFINITY;
}

interface Contest {
  readonly defender: Defender;
  readonly challenger: { readonly version: string; readonly classifier: Classifier };
  readonly cut: Instant;
}

function decide(
  heldOut: readonly LabelledEpisode[],
  { defender, challenger, cut }: Contest,
): GateDecision {
  const set = trainingSetOf(heldOut);
  const features = heldOut.map(({ logged }) => logged.features);
  const { model } = defender;
  return gate({
    champion: {
      version: model.version,
      probabilities: model.classifier.predict(featureTable(model.schema, features)),
    },
    challenger: {
      version: challenger.version,
      probabilities: challenger.classifier.predict(set.table),
    },
    labels: set.labels,
    groups: set.groups,
    segments: heldOut.map(({ logged }) => logged.prediction.segment),
    heldOut: { startedAt: set.times ?? new Float64Array(), cutOffs: [cut] },
    sameRecipe: defender.learner === challenger.classifier.learner,
    random: seededRandom(SEED),
  });
}

/**
 * Judges the newest recipe against the champion: it is taught with what was known up to a cut, and
 * both answer for the episodes after it. The cut is the champion's own, so that neither has seen them.
 *
 * @param rows oldest first.
 */
export async function judgeChallenger(
  rows: readonly LabelledEpisode[],
  defender: Defender,
  version: string,
): Promise<Judged> {
  const cut = cutOf(rows, defender);
  // A label that came after the cut was not there to learn from.
  const known = rows.filter(
    ({ logged, labelKnownAt }) => logged.asOf <= cut && labelKnownAt <= cut,
  );
  // Undecided outcomes may teach, but only decided ones judge.
  const heldOut = rows.filter(({ logged, isDecided }) => logged.asOf > cut && isDecided);
  if (heldOut.length === 0) {
    return { kind: 'insufficient-data', reason: 'no decided episode is newer than the champion' };
  }
  const delays = rows.map(({ logged, labelKnownAt }) => labelKnownAt - logged.asOf);
  const embargo = delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)];
  const failures = known.filter(({ label, isDecided }) => isDecided && label === 1).length;
  if (failures < MIN_FAILURES) {
    const reason = `${failures} decided failures to learn from, at least ${MIN_FAILURES} are needed`;
    return { kind: 'insufficient-data', reason };
  }
  const set = trainingSetOf(known);
  const trained = await train(set, { learners: LADDER, random: seededRandom(SEED), embargo });
  if (trained.kind === 'insufficient-data') return trained;
  if (trained.chosen === baseRateLearner.name) {
    const reason = 'no signal: nothing beats the base rate on held-out episodes';
    return { kind: 'no-signal', reason };
  }
  const challenger = { version, classifier: trained.classifier };
  const heldSet = trainingSetOf(heldOut);
  const probabilities = trained.classifier.predict(heldSet.table);
  return {
    kind: 'judged',
    learner: trained.chosen,
    decision: decide(heldOut, { defender, challenger, cut }),
    judgedAfter: cut,
    intervals: metricIntervals(
      { labels: heldSet.labels, probabilities },
      { random: seededRandom(SEED) },
    ),
  };
}
