import type { Duration } from '../telemetry/time.js';

export const FUNNEL_ORDERS = ['ordered', 'strict', 'unordered'] as const;
export type FunnelOrder = (typeof FUNNEL_ORDERS)[number];

/** Says which anomalies touch a stage: all matchers must hold; relevance 0..1. */
export interface MappingRule {
  /** Alertmanager matchers (`service="payment"`, `severity=~"warning|critical"`). */
  readonly match: readonly string[];
  readonly relevance: number;
}

export interface FailureMode {
  readonly key: string;
  readonly description: string;
}

/** When a drop counts as a journey failure. */
export interface FailureCriterion {
  /** The smallest relative drop of conversions that matters, 0..1. */
  readonly minRelativeDrop: number;
  /** The smallest number of conversions lost that matters. */
  readonly minLoss: number;
}

/** One touchpoint of a journey. */
export interface Stage {
  readonly key: string;
  /** The event that enters the stage. */
  readonly event: string;
  /** Properties that the event must carry, compared as text. */
  readonly where?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Business weight (sensitivity), 0..1. */
  readonly weight: number;
  /** Time within which the next stage must be reached; the journey's window where absent. */
  readonly window?: Duration | undefined;
  /** How far after an episode's start its harm is looked for; one hour where absent. */
  readonly horizon?: Duration | undefined;
  /** How soon after its entry into the journey an attempt should be here; says nothing at the first stage. */
  readonly timeToValueTarget?: Duration | undefined;
  readonly failureModes?: readonly FailureMode[] | undefined;
  readonly failure?: FailureCriterion | undefined;
  readonly mappings?: readonly MappingRule[] | undefined;
}

/** A named path that a customer takes to a goal. */
export interface Journey {
  readonly key: string;
  readonly name: string;
  readonly owner: string;
  /** Conversion window of the whole path, from its entry, inclusive. */
  readonly window: Duration;
  readonly valuePerConversion?: number | undefined;
  readonly currency?: string | undefined;
  readonly order: FunnelOrder;
  readonly assumptions?: readonly string[] | undefined;
  readonly segments?: readonly string[] | undefined;
  readonly stages: readonly Stage[];
}

/** A journey as it was defined at one time: a change makes a new version. */
export interface JourneyVersion {
  readonly version: number;
  readonly journey: Journey;
}
