import { distanceOfShift } from './drift-effect.js';
import type { DriftReference } from './drift-reference.js';
import type { DriftReport } from './drift-report.js';

/** How much the drift of a feature may have cost. */
export interface RankedFeature {
  readonly feature: string;
  /** What it moves the log-odds by, on average over the training rows. */
  readonly importance: number;
  /** Importance times the share of rows that moved: log-odds per answer that are not what they were. */
  readonly estimatedLoss: number;
}

/** Ranks features by what their drift may have cost, then by what the model makes of them. */
export function rankingOf(report: DriftReport, { columns }: DriftReference): RankedFeature[] {
  return Object.entries(report.columns)
    .map(([feature, { effect, verdict }]) => {
      const importance = columns[feature]?.importance ?? 0;
      const moved = verdict === 'drifted' ? distanceOfShift(effect ?? 0) : 0;
      return { feature, importance, estimatedLoss: importance * moved };
    })
    .sort((a, b) => b.estimatedLoss - a.estimatedLoss || b.importance - a.importance);
}
