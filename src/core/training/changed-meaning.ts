import type { FeatureRow } from '../features/feature-schema.js';
import type { Instant } from '../telemetry/time.js';

/** Alerts of a service that mean something else than they did before a moment. */
export interface ChangedMeaning {
  readonly service: string;
  /** Journey and stage, `checkout/payment`; null: at every stage. */
  readonly stage: string | null;
  readonly changedAt: Instant;
}

/** Whether an episode is from before its alert came to mean what it means now. */
export function isOutdated(
  episode: {
    readonly journey: string;
    readonly stage: string;
    readonly features: FeatureRow;
    readonly asOf: Instant;
  },
  changes: readonly ChangedMeaning[],
): boolean {
  const place = `${episode.journey}/${episode.stage}`;
  return changes.some(
    ({ service, stage, changedAt }) =>
      service === episode.features['service'] &&
      (stage === null || stage === place) &&
      episode.asOf < changedAt,
  );
}
