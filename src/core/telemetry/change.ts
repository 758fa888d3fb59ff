import type { Labels } from './anomaly.js';
import type { Instant } from './time.js';

export const CHANGE_KINDS = [
  'release',
  'flag',
  'experiment',
  'pricing',
  'config',
  'mapping',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A release, flag, pricing experiment or mapping edit that can alter journey dynamics. */
export interface Change {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly title: string;
  readonly labels: Labels;
  readonly occurredAt: Instant;
  readonly endedAt?: Instant | undefined;
}
