// The API's answers as far as the pages show them; /openapi.json has them whole. Times are RFC 3339.

export type Pair = readonly [number, number];

export interface Reason {
  readonly feature: string;
  readonly contribution: number;
  readonly text: string;
}

export interface Priority {
  readonly value: number;
  readonly band: string;
  readonly uxSeverity: number;
  readonly businessSensitivity: number;
  readonly feasibility: number;
  readonly weightsVersion: number;
}

export interface Prediction {
  readonly journey: string;
  readonly stage: string;
  readonly segment: string | null;
  readonly probability: number;
  readonly interval: Pair;
  readonly expectedLoss: {
    readonly conversions: number;
    readonly conversionsIfFailure: number;
    readonly interval: Pair;
    readonly value: number;
  };
  readonly impactScore: number;
  readonly priority: Priority;
  readonly reasons: readonly Reason[];
  readonly evidence: 'model' | 'prior';
  readonly abstained: boolean;
  readonly abstainedBecause?: string;
  readonly modelVersion: string;
  readonly featuresAsOf: string;
  readonly stale: readonly string[];
}

export interface Anomaly {
  readonly id: string;
  readonly source: string;
  readonly name: string;
  readonly severity: string;
  readonly metric?: string;
  readonly value?: number;
  readonly peakValue?: number;
  readonly threshold?: number;
  readonly comparison?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly segment?: string | null;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Highest priority first. */
  readonly predictions: readonly Prediction[];
}

export interface QueueItem extends Anomaly {
  readonly state: 'open' | 'ended';
  readonly repeats: number;
  readonly priority: number | null;
}

export interface QueuePage {
  readonly items: readonly QueueItem[];
  readonly next?: string;
}

export interface SimilarEpisode {
  readonly id: string;
  readonly name: string;
  readonly service: string | null;
  readonly startedAt: string;
  readonly journey: string;
  readonly stage: string;
  readonly failure: boolean | null;
  readonly conversionsLost: number | null;
}

export interface Change {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly occurredAt: string;
}

export interface AnomalyDetail extends Anomaly {
  readonly revision: number;
  readonly episode: { readonly id: string; readonly repeats: number };
  readonly similarEpisodes: readonly SimilarEpisode[];
  readonly changesNearby: readonly Change[];
}

export interface Outcome {
  readonly id: string;
  readonly journey: string;
  readonly stage: string;
  readonly segment?: string;
  readonly failure: boolean | null;
  readonly failureProbability?: number;
  readonly verdict: string;
  readonly conversionsLost?: number;
  readonly interval?: Pair;
  readonly mitigation?: string;
  readonly source: string;
  readonly author?: string;
  readonly supersedes?: string;
  readonly recordedAt: string;
}

/** A failure that no alert told of. */
export interface MissedFailure {
  readonly id: string;
  readonly stage: string;
  readonly segment?: string;
  readonly startedAt: string;
  /** Null where nobody told it, as the conversions lost are. */
  readonly endedAt: string | null;
  readonly conversionsLost: number | null;
  readonly interval?: Pair;
  /** By what a conversion was worth then; null where nobody said. */
  readonly valueLost: number | null;
  readonly currency?: string;
  readonly sources: readonly string[];
}

export interface Story {
  readonly journey: string;
  readonly actor: string;
  readonly segment: string | null;
  readonly startedAt: string;
  readonly state: string;
  readonly immature: boolean;
  readonly stages: readonly { readonly stage: string; readonly at: string | null }[];
}

export interface Journey {
  readonly key: string;
  readonly name: string;
  readonly owner: string;
  readonly version: number;
  readonly window: string;
  readonly valuePerConversion?: number;
  readonly currency?: string;
  readonly assumptions?: readonly string[];
  readonly segments?: readonly string[];
  readonly stages: readonly { readonly key: string; readonly weight: number }[];
}

export interface FunnelStep {
  readonly stage: string;
  readonly reached: number;
  readonly rateFromPrevious: number | null;
  readonly rateFromFirst: number | null;
  readonly secondsFromPrevious: { readonly median: number; readonly p90: number } | null;
}

export interface Bucket {
  readonly bucketStart: string;
  readonly entered: number;
  readonly mature: { readonly entered: number; readonly converted: number };
  readonly immature: { readonly entered: number; readonly converted: number };
  readonly conversionRate: number | null;
  readonly baseline: {
    readonly entered: number;
    readonly enteredInterval: Pair;
    readonly converted: number;
    readonly convertedInterval: Pair;
  } | null;
}

export interface StageSeries {
  readonly stage: string;
  /** What the usual numbers rest on; times as epoch ms or RFC 3339. Null without history. */
  readonly baseline: { readonly from: number | string } | null;
  readonly buckets: readonly Bucket[];
}

export interface Metrics {
  readonly to: string;
  readonly computedAt: string | null;
  readonly stages: readonly StageSeries[];
}
