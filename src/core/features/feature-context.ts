import type { Labels, Severity } from '../telemetry/anomaly.js';
import type { ChangeKind } from '../telemetry/change.js';
import type { Instant } from '../telemetry/time.js';

/** A change of the last 24 hours, as known at the scoring time. */
export interface RecentChange {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly occurredAt: Instant;
  readonly labels: Labels;
}

/** How often and how lately like episodes started before the scoring time, the scored one left out. */
export interface EpisodeCounts {
  readonly lastDay: number;
  readonly lastWeek: number;
  /** The last 28 days. */
  readonly lastMonth: number;
  /** The start of the latest one within 28 days. */
  readonly latestStart: Instant | null;
}

/** Past episodes with a label that was known at the scoring time: how many failed, how many were decided. */
export interface LabelTally {
  readonly failures: number;
  readonly decided: number;
}

/** The label history of one stage, from coarse to fine; a missing level has no history. */
export interface LabelHistory {
  /** Every stage of every journey. */
  readonly overall: LabelTally | null;
  readonly stage: LabelTally | null;
  /** Same service on this stage. */
  readonly service: LabelTally | null;
  /** Same rule on this stage. */
  readonly rule: LabelTally | null;
  /** Same service and rule on this stage. */
  readonly serviceRule: LabelTally | null;
}

/** Episodes that were open at the scoring time, the scored one left out. */
export interface OpenEpisodes {
  readonly total: number;
  readonly sameStage: number;
  readonly sameService: number;
  readonly maxSeverity: Severity | null;
}

/**
 * What came through the stage lately and what usually comes, counted over windows that end at the scoring time.
 *
 * A conversion counts when it happens (the arrival at the next stage), not when its entry did, so a
 * recent window is not censored; the usual values are the baseline's for the same hours of the week.
 */
export interface StageTraffic {
  readonly entries15: number | null;
  readonly entries60: number | null;
  readonly usualEntries15: number | null;
  readonly usualEntries60: number | null;
  readonly conversions15: number | null;
  readonly conversions60: number | null;
  readonly usualConversions15: number | null;
  readonly usualConversions60: number | null;
  /** The baseline's conversions in the hour that begins at the scoring time. */
  readonly expectedConversionsPerHour: number | null;
}

/** All that is known, by received time, at the scoring time of one anomaly on one stage. */
export interface FeatureContext {
  /** Every change of the last 24 hours, on whatever service. */
  readonly changes: readonly RecentChange[];
  readonly sameRule: EpisodeCounts | null;
  readonly sameService: EpisodeCounts | null;
  readonly sameFingerprint: EpisodeCounts | null;
  readonly labels: LabelHistory | null;
  readonly open: OpenEpisodes | null;
  readonly traffic: StageTraffic | null;
  /** Age of the newest journey event known, in seconds. */
  readonly freshnessSeconds: number | null;
}

/** The context of an installation that knows nothing yet. */
export const EMPTY_CONTEXT: FeatureContext = {
  changes: [],
  sameRule: null,
  sameService: null,
  sameFingerprint: null,
  labels: null,
  open: null,
  traffic: null,
  freshnessSeconds: null,
};

/** Where an anomaly is mapped to: one stage of one journey. */
export interface StageMapping {
  readonly journey: string;
  readonly stage: string;
  /** From 0; the number of stages is `stageCount`. */
  readonly stageIndex: number;
  readonly stageCount: number;
  /** The stage's business weight, 0..1. */
  readonly stageWeight: number;
  /** The mapping rule's relevance, 0..1. */
  readonly relevance: number;
}
