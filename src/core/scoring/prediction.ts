import type { Instant } from '../telemetry/time.js';

/** One feature that moved the log-odds, in people's words. */
export interface Reason {
  readonly feature: string;
  readonly value: number | string | null;
  /** Change of the log-odds against the base rate. */
  readonly contribution: number;
  readonly text: string;
}

export interface ExpectedLoss {
  /** Probability times the mean loss if it fails. */
  readonly conversions: number;
  readonly conversionsIfFailure: number;
  /** 90 % interval of the loss if it fails. */
  readonly interval: readonly [number, number];
  /** Conversions times value per conversion. */
  readonly value: number;
}

/** Bands of the priority, the most urgent first. */
export const BANDS = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;
export type Band = (typeof BANDS)[number];

export interface Priority {
  readonly value: number;
  readonly band: Band;
  readonly uxSeverity: number;
  readonly businessSensitivity: number;
  readonly feasibility: number;
  readonly weightsVersion: number;
}

/** The answer for one episode and stage at one moment. All intervals are 90 %. */
export interface Prediction {
  readonly anomalyId: string;
  readonly journey: string;
  readonly stage: string;
  readonly segment: string | null;
  readonly probability: number;
  readonly interval: readonly [number, number];
  readonly expectedLoss: ExpectedLoss;
  readonly impactScore: number;
  readonly priority: Priority;
  readonly reasons: readonly Reason[];
  readonly evidence: 'model' | 'prior';
  readonly abstained: boolean;
  readonly abstainedBecause?: string | undefined;
  readonly modelVersion: string;
  readonly featuresAsOf: Instant;
  readonly dataFreshnessSeconds: number | null;
  /** Why the answer may be out of date: changes on the stage, a new journey version. */
  readonly stale: readonly string[];
}
