import type { Anomaly } from './answers.js';

/** An episode on a stage to be looked at without its score. */
export interface AuditItem {
  readonly anomalyId: string;
  readonly journey: string;
  readonly stage: string;
  readonly anomaly: Omit<Anomaly, 'predictions'>;
  readonly audited: boolean;
}
