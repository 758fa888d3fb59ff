import type { FeatureDescription } from '../features/anomaly-feature-list.js';
import type { FeatureSchema } from '../features/feature-schema.js';
import type { ClassificationMetrics, MetricName } from '../statistics/classification-metrics.js';
import type { Interval } from '../statistics/interval.js';
import type { Instant } from '../telemetry/time.js';

/** What a model learned from. */
export interface TrainingData {
  /** SHA-256 of the training set in canonical form. */
  readonly hash: string;
  readonly rows: number;
  readonly failures: number;
  /** Only what was known then went in. */
  readonly asOf: Instant;
}

/** How good a model was on the episodes held out, and how sure that is. */
export interface JudgedMetrics {
  readonly figures: ClassificationMetrics;
  /** 90 % intervals. */
  readonly intervals: Readonly<Record<MetricName, Interval>>;
  readonly episodes: number;
  readonly failures: number;
}

/** What must be known about a model before it is trusted; kept beside its weights as `card.json`. */
export interface ModelCard {
  /** `YYYY-MM-DD.n`, or `0` for the prior. */
  readonly version: string;
  readonly createdAt: Instant;
  /** The rung of the ladder: `prior`, `logistic`, `neural`, `boosting`, or their `average`. */
  readonly learner: string;
  /** How it came about: `auto` where it was chosen on held-out episodes; the learner where absent. */
  readonly recipe?: string | undefined;
  /** What an average is made of; absent where there is one learner alone. */
  readonly members?: readonly { readonly learner: string; readonly weight: number }[] | undefined;
  readonly evidence: 'model' | 'prior';
  /** Version of the program that trained it. */
  readonly codeVersion: string;
  readonly seed: number;
  readonly schema: FeatureSchema;
  readonly features: readonly FeatureDescription[];
  /** Null for the prior. */
  readonly data: TrainingData | null;
  /** The recipe was judged on what came after this; null where it was not judged. */
  readonly judgedAfter: Instant | null;
  /** The model was then refitted on everything mature up to here; null for the prior. */
  readonly fittedUntil: Instant | null;
  /** Each held-out episode counts as one; null where it was not judged. */
  readonly metrics: { readonly naive: JudgedMetrics } | null;
  /** Share of failures that contributions are against. */
  readonly baseRate: number;
  /** `identity`, `temperature`, `beta`, `venn-abers`. */
  readonly calibration: string;
  /** Largest gap in log-odds between reasons and what they sum to, on training rows. */
  readonly completenessError?: number | undefined;
  /** What the model must not be used for, in plain words. */
  readonly limits: readonly string[];
}
