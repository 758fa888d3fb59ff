import { SERVICE_LABELS } from '../features/service-of.js';
import type { Stage } from '../journeys/journey.js';
import { parseMatcher } from '../journeys/matcher.js';
import type { Labels } from '../telemetry/anomaly.js';
import type { Change } from '../telemetry/change.js';

const SERVICE_NAMES: ReadonlySet<string> = new Set(SERVICE_LABELS);

/** Whether a change's labels name a service that one of the stage's mapping rules names. */
export function touchesStage(labels: Labels, { mappings = [] }: Pick<Stage, 'mappings'>): boolean {
  return mappings.some(({ match }) =>
    match
      .map(parseMatcher)
      .some(({ name, matches }) => SERVICE_NAMES.has(name) && matches(labels[name] ?? '')),
  );
}

/** Why what was learnt of a stage may no longer hold; empty where nothing speaks against it. */
export function staleReasons(
  stage: Pick<Stage, 'mappings'>,
  since: { readonly changes: readonly Change[]; readonly newVersion: number | null },
): string[] {
  const touching = since.changes.filter(({ labels }) => touchesStage(labels, stage));
  return [
    ...(since.newVersion === null ? [] : [`the journey has version ${since.newVersion} since`]),
    ...touching.map(({ kind, title }) => `${kind} on the stage's service: ${title}`),
  ];
}
