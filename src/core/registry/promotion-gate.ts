import { DomainError } from '../errors/domain-error.js';
import { pairedBootstrap, type PairedDifference } from '../statistics/bootstrap.js';
import {
  classificationMetrics,
  type ClassificationMetrics,
} from '../statistics/classification-metrics.js';
import type { Interval } from '../statistics/interval.js';
import { rowLogLoss } from '../statistics/scored-labels.js';
import type { Instant } from '../telemetry/time.js';
import { PRIOR_VERSION } from '../training/prior.js';
import { worseSegment } from './segment-check.js';

/** Below this many failures nothing is proved. */
export const MIN_FAILURES = 30;
/** A bootstrap by incident needs at least so many incidents. */
export const MIN_GROUPS = 10;
/** With fewer failures than this not even the prior is replaced. */
export const MIN_FAILURES_AGAINST_PRIOR = 5;
/** The same recipe on newer data may have this much more log loss (nats). */
export const FRESHNESS_MARGIN = 0.01;
/** A challenger may have this much more expected calibration error. */
export const ECE_MARGIN = 0.01;

/** A model and what it said of the judged episodes, in their order. */
export interface Contender {
  readonly version: string;
  readonly probabilities: Float64Array;
}

/** Proof that the judged episodes were held out: when each began, and up to when each model trained. */
export interface HeldOut {
  readonly startedAt: Float64Array;
  /** The training cut-offs of champion and challenger; the prior has none. */
  readonly cutOffs: readonly Instant[];
}

/** Both models on the same mature episodes, all of them later than both training cut-offs. */
export interface GateInput {
  readonly champion: Contender;
  readonly challenger: Contender;
  readonly labels: Uint8Array;
  /** Non-negative; one each where absent. */
  readonly weights?: Float64Array | undefined;
  /** The incident of each episode; each its own where absent. */
  readonly groups?: readonly string[] | undefined;
  /** The segment of each episode, for the check that none gets worse. */
  readonly segments?: readonly (string | null)[] | undefined;
  readonly heldOut: HeldOut;
  /** The challenger is the champion's recipe on newer data. */
  readonly sameRecipe: boolean;
  readonly random: () => number;
  readonly resamples?: number | undefined;
}

export type GateVerdict = 'promoted' | 'kept' | 'insufficient-data';

/** The decision with its evidence. */
export interface GateDecision {
  readonly verdict: GateVerdict;
  readonly reason: string;
  readonly champion: { readonly version: string } & ClassificationMetrics;
  readonly challenger: { readonly version: string } & ClassificationMetrics;
  /** Challenger less champion in nats: below zero the challenger is better. 90 % interval. */
  readonly logLossDifference: { readonly mean: number; readonly interval: Interval };
  readonly episodes: number;
  readonly failures: number;
}

interface Evidence {
  readonly champion: ClassificationMetrics;
  readonly challenger: ClassificationMetrics;
  readonly difference: PairedDifference;
  readonly differences: Float64Array;
  readonly episodes: number;
  readonly failures: number;
  readonly groups: number;
}

interface Ruling {
  readonly verdict: GateVerdict;
  readonly reason: string;
}

function differencesOf({ champion, challenger, labels }: GateInput): Float64Array {
  return Float64Array.from(labels, (label, row) => {
    const mine = rowLogLoss(label, challenger.probabilities[row] ?? Number.NaN);
    return mine - rowLogLoss(label, champion.probabilities[row] ?? Number.NaN);
  });
}

function refuseTrainedOn({ startedAt, cutOffs }: HeldOut): void {
  const latest = cutOffs.reduce((max, cutOff) => Math.max(max, cutOff), -Infinity);
  if (startedAt.every((start) => start > latest)) return;
  throw new DomainError('not-held-out', 'A judged episode began before a training cut-off.');
}

/** What rows are, each by its weight: an episode in two rows is one. */
function counted({ labels, weights }: GateInput, of: (label: number) => number): number {
  return labels.reduce((sum, label, row) => sum + of(label) * (weights?.[row] ?? 1), 0);
}

function evidenceOf(input: GateInput): Evidence {
  const { labels, weights, groups, random, resamples } = input;
  const metrics = ({ probabilities }: Contender): ClassificationMetrics =>
    classificationMetrics({ labels, probabilities, weights });
  const differences = differencesOf(input);
  const difference = pairedBootstrap({ differences, weights, groups }, { random, resamples });
  return {
    champion: metrics(input.champion),
    challenger: metrics(input.challenger),
    difference,
    differences,
    episodes: Math.round(counted(input, () => 1)),
    failures: Math.round(counted(input, (label) => label)),
    groups: groups === undefined ? labels.length : new Set(groups).size,
  };
}

function nats(value: number): string {
  return value.toFixed(4);
}

/** Too little to prove anything: the champion stays, unless it is the prior and does no better. */
function ruleOnLittle(input: GateInput, evidence: Evidence): Ruling {
  const { episodes, failures, groups, difference } = evidence;
  const seen = `${failures} failures in ${groups} incidents, ${MIN_FAILURES} and ${MIN_GROUPS} are needed`;
  const enough = failures >= MIN_FAILURES_AGAINST_PRIOR && failures < episodes;
  if (input.champion.version === PRIOR_VERSION && enough && difference.mean <= 0) {
    return {
      verdict: 'promoted',
      reason: `insufficient data to prove it (${seen}), but the champion is the prior and the trained model is not worse (log loss ${nats(difference.mean)})`,
    };
  }
  return { verdict: 'insufficient-data', reason: `insufficient data: ${seen}` };
}

function objectionTo(input: GateInput, evidence: Evidence): string | null {
  const { champion, challenger, difference, differences } = evidence;
  const [low, high] = difference.interval;
  const interval = `${nats(difference.mean)}, 90 % interval ${nats(low)} to ${nats(high)}`;
  // Written so that a figure that is not a number counts as an objection.
  if (input.sameRecipe && !(difference.mean <= FRESHNESS_MARGIN)) {
    return `the same recipe on newer data is worse by more than ${FRESHNESS_MARGIN} (log loss ${interval})`;
  }
  if (!input.sameRecipe && !(high < 0)) {
    return `the new recipe is not proved better (log loss ${interval})`;
  }
  if (!(challenger.ece <= champion.ece + ECE_MARGIN)) {
    return `calibration is worse: ECE ${nats(challenger.ece)} against ${nats(champion.ece)}`;
  }
  return worseSegment({ ...input, differences });
}

function rule(input: GateInput, evidence: Evidence): Ruling {
  if (evidence.failures < MIN_FAILURES || evidence.groups < MIN_GROUPS) {
    return ruleOnLittle(input, evidence);
  }
  const objection = objectionTo(input, evidence);
  if (objection !== null) return { verdict: 'kept', reason: objection };
  const { mean, interval } = evidence.difference;
  const figures = `log loss ${nats(mean)}, 90 % interval ${nats(interval[0])} to ${nats(interval[1])}`;
  const reason = input.sameRecipe
    ? `the same recipe on newer data is not worse (${figures})`
    : `the new recipe is better (${figures})`;
  return { verdict: 'promoted', reason };
}

/**
 * Decides whether a challenger replaces the champion, by a paired bootstrap clustered by incident.
 *
 * A new recipe must have less log loss with its 90 % interval below zero; the same recipe on newer
 * data must not be worse by more than .01. In both cases ECE may rise by .01 at most and no segment
 * may get clearly worse. With under 30 failures the champion stays; the prior alone gives way to a
 * trained model that is not worse on at least 5 failures.
 *
 * @throws DomainError `not-held-out` where an episode is not later than both cut-offs.
 */
export function gate(input: GateInput): GateDecision {
  refuseTrainedOn(input.heldOut);
  const evidence = evidenceOf(input);
  const { mean, interval } = evidence.difference;
  return {
    ...rule(input, evidence),
    champion: { version: input.champion.version, ...evidence.champion },
    challenger: { version: input.challenger.version, ...evidence.challenger },
    logLossDifference: { mean, interval },
    episodes: evidence.episodes,
    failures: evidence.failures,
  };
}
