import { ANOMALY_FEATURES } from '../features/anomaly-feature-list.js';
import type { FeatureContext, StageMapping } from '../features/feature-context.js';
import type { FeatureRow, FeatureSchema } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import type { Anomaly } from '../telemetry/anomaly.js';
import { HOUR, type Duration, type Instant } from '../telemetry/time.js';
import type { Classifier } from '../training/classifier.js';
import { PRIOR, PRIOR_BASE_RATE, PRIOR_VERSION } from '../training/prior.js';
import type { UnfamiliarityCheck } from './abstention.js';
import { impactScore } from './impact-score.js';
import type { LossHead } from './loss-head.js';
import { lossIfFailure, type RelativeLoss } from './loss-if-failure.js';
import type { ExpectedLoss, Prediction, Reason } from './prediction.js';
import { priorityOf, type PriorityWeights } from './priority.js';
import { effectiveEpisodes, probabilityInterval } from './probability-interval.js';
import { reasonsOf } from './reasons.js';

/** A model that answers: its classifier with what reasons, abstention and the answer's label need. */
export interface ScoringModel {
  readonly version: string;
  readonly evidence: Prediction['evidence'];
  readonly classifier: Classifier;
  /** The features that the classifier takes. */
  readonly schema: FeatureSchema;
  /** The base rate that its contributions are against, inside (0, 1). */
  readonly baseRate: number;
  readonly unfamiliar: UnfamiliarityCheck;
  /** What a failure would lose, where enough were measured to learn it. */
  readonly lossHead?: LossHead | undefined;
  /** The model that should answer and cannot be read. */
  readonly standsInFor?: string;
}

/** Version 0: the stated prior, which never abstains. */
export const PRIOR_MODEL: ScoringModel = {
  version: PRIOR_VERSION,
  evidence: 'prior',
  classifier: PRIOR,
  schema: ANOMALY_FEATURES,
  baseRate: PRIOR_BASE_RATE,
  unfamiliar: () => null,
};

/** Conversions an hour that are assumed where a stage has no baseline yet. */
export const UNKNOWN_CONVERSIONS_PER_HOUR = 50;

/** Shown as stale where that assumption was made. */
export const TRAFFIC_UNKNOWN = 'the usual traffic of this stage is not known yet';

/** One anomaly on one stage with all that its answer is made of. */
export interface ScoringRequest {
  readonly anomaly: Anomaly;
  readonly mapping: StageMapping;
  /** Features as extracted at `asOf`. */
  readonly row: FeatureRow;
  readonly context: Pick<FeatureContext, 'labels' | 'traffic' | 'freshnessSeconds'>;
  readonly asOf: Instant;
  readonly model: ScoringModel;
  /** What past failures alike lost: the answer where the model does not say. */
  readonly loss: RelativeLoss;
  readonly horizon: Duration;
  readonly valuePerConversion: number;
  readonly impactScale: number;
  readonly weights: PriorityWeights;
  /** 0..1: is there a playbook or a known fix; 1 by default. */
  readonly feasibility: number;
  readonly stale: readonly string[];
}

interface Judgement {
  readonly probability: number;
  readonly reasons: readonly Reason[];
}

function logit(probability: number): number {
  const inside = Math.min(1 - 1e-12, Math.max(1e-12, probability));
  return Math.log(inside / (1 - inside));
}

function judge(model: ScoringModel, row: FeatureRow): Judgement {
  const table = featureTable(model.schema, [row]);
  const probability = model.classifier.predict(table)[0] ?? Number.NaN;
  const contributions = model.classifier.contributions(table);
  const difference = logit(probability) - logit(model.baseRate);
  return {
    probability,
    reasons: reasonsOf({ schema: model.schema, row, contributions, difference }),
  };
}

function expectedLossOf(
  request: ScoringRequest,
  probability: number,
  head: LossHead | undefined,
): ExpectedLoss {
  const perHour = request.context.traffic?.expectedConversionsPerHour;
  const expected = (perHour ?? UNKNOWN_CONVERSIONS_PER_HOUR) * (request.horizon / HOUR);
  const loss = lossIfFailure(head?.(request.row) ?? request.loss, expected);
  const conversions = probability * loss.conversions;
  return {
    conversions,
    conversionsIfFailure: loss.conversions,
    interval: loss.interval,
    value: conversions * request.valuePerConversion,
  };
}

/** Says that the prior answers in place of a champion. */
export const standsIn = (version: string): string =>
  `model ${version} cannot be read: the stated prior answers`;

function staleOf({ stale, context, model }: ScoringRequest): readonly string[] {
  const known = typeof context.traffic?.expectedConversionsPerHour === 'number';
  return [
    ...stale,
    ...(known ? [] : [TRAFFIC_UNKNOWN]),
    ...(model.standsInFor === undefined ? [] : [standsIn(model.standsInFor)]),
  ];
}

/**
 * The answer for one anomaly on one stage: probability, loss, impact, priority and reasons.
 *
 * A model that abstains leaves probability and reasons to the prior and says why.
 */
export function scoreAnomaly(request: ScoringRequest): Prediction {
  const { anomaly, mapping, model, context, row } = request;
  const because = model.unfamiliar(row);
  const { evidence } = because === null ? model : PRIOR_MODEL;
  const { probability, reasons } = judge(because === null ? model : PRIOR_MODEL, row);
  const head = because === null ? model.lossHead : undefined;
  const expectedLoss = expectedLossOf(request, probability, head);
  const impact = impactScore(expectedLoss.value, request.impactScale);
  const parts = {
    uxSeverity: impact / 100,
    businessSensitivity: mapping.stageWeight * mapping.relevance,
    feasibility: request.feasibility,
  };
  return {
    anomalyId: anomaly.id,
    journey: mapping.journey,
    stage: mapping.stage,
    segment: anomaly.segment ?? null,
    probability,
    interval: probabilityInterval(probability, effectiveEpisodes(context.labels, evidence)),
    expectedLoss,
    impactScore: impact,
    priority: priorityOf(parts, request.weights),
    reasons,
    evidence,
    abstained: because !== null,
    ...(because === null ? {} : { abstainedBecause: because }),
    modelVersion: model.version,
    featuresAsOf: request.asOf,
    dataFreshnessSeconds: context.freshnessSeconds,
    stale: staleOf(request),
  };
}
