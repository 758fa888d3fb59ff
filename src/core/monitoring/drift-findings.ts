import type { DriftVerdict } from './drift-verdict.js';
import type { ModelDriftReport } from './model-drift.js';

/** Log-odds per answer that a drift may have cost before it is reason to learn anew. */
const COSTLY = 0.1;

/** What a drift report comes to, in few words. */
export interface DriftFindings {
  readonly verdict: Exclude<DriftVerdict, 'not-comparable'>;
  /** Those whose alerts came to mean something else, the most certain first. */
  readonly services: readonly string[];
  /** Those that drifted, the largest estimated loss first. */
  readonly features: readonly string[];
  /** Whether the model's answers or the share of failures drifted. */
  readonly targets: readonly ('prediction' | 'label')[];
  /** Whether the model's errors rose for good in the time that was looked at. */
  readonly errorsRose: boolean;
  /** Services and features that are reason to learn anew. */
  readonly asksToLearn: readonly string[];
}

function verdictOf({ columns }: ModelDriftReport, isDrifted: boolean): DriftFindings['verdict'] {
  if (isDrifted) return 'drifted';
  const judged = Object.values(columns).some(({ verdict }) => verdict === 'stable');
  return judged ? 'stable' : 'not-enough-data';
}

/** What is worth telling of a report: any drift makes it drifted. */
export function driftFindings(report: ModelDriftReport): DriftFindings {
  const { concept, ranking, drifted, targets: judged, from } = report;
  const services = concept.driftedServices;
  const moved = ranking.filter(({ feature }) => drifted.includes(feature));
  const targets = (['prediction', 'label'] as const).filter(
    (target) => judged[target].verdict === 'drifted',
  );
  const errorsRose = concept.changes.some(({ at, before, after }) => at >= from && after > before);
  const isDrifted = services.length + moved.length + targets.length > 0 || errorsRose;
  const costly = moved.filter(({ estimatedLoss }) => estimatedLoss >= COSTLY);
  return {
    verdict: verdictOf(report, isDrifted),
    services,
    features: moved.map(({ feature }) => feature),
    targets,
    errorsRose,
    asksToLearn: [...services, ...costly.map(({ feature }) => feature)],
  };
}
