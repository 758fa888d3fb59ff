import { SERVICE_LABELS } from '../features/service-of.js';
import type { Stage } from '../journeys/journey.js';
import { parseMatcher } from '../journeys/matcher.js';
import type { Labels } from '../telemetry/anomaly.js';
import type { Change } from '../telemetry/change.js';
import type { Instant } from '../telemetry/time.js';

const SERVICE_NAMES: ReadonlySet<string> = new Set(SERVICE_LABELS);

/** Whether a change's labels name a service that one of the stage's mapping rules names. */
export function touchesStage(labels: Labels, { mappings = [] }: Pick<Stage, 'mappings'>): boolean {
  return mappings.some(({ match }) =>
    match
      .map(parseMatcher)
      .some(({ name, matches }) => SERVICE_NAMES.has(name) && matches(labels[name] ?? '')),
  );
}

/** What has happened to a stage since something was learnt of it. */
export interface StageNews {
  readonly changes: readonly Change[];
  /** A newer version of its journey, and when it became known. */
  readonly newVersion: { readonly version: number; readonly knownAt: Instant } | null;
}

/** Why what was learnt of a stage may no longer hold, and since when. */
export interface Staleness {
  /** Empty where nothing speaks against it. */
  readonly reasons: readonly string[];
  /** The last of what happened; null where nothing did. */
  readonly since: Instant | null;
}

/** Says what of the news touches a stage. */
export function stalenessOf(
  stage: Pick<Stage, 'mappings'>,
  { changes, newVersion }: StageNews,
): Staleness {
  const touching = changes.filter(({ labels }) => touchesStage(labels, stage));
  const moments = touching.map(({ occurredAt }) => occurredAt);
  if (newVersion !== null) moments.push(newVersion.knownAt);
  return {
    reasons: [
      ...(newVersion === null ? [] : [`the journey has version ${newVersion.version} since`]),
      ...touching.map(({ kind, title }) => `${kind} on the stage's service: ${title}`),
    ],
    since: moments.length === 0 ? null : Math.max(...moments),
  };
}
