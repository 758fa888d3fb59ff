import type { DataSource } from 'typeorm';

/** Names the registry of the service's own metrics. */
export const METRICS = Symbol('metrics');

/** Names the check behind /readyz. */
export const READINESS = Symbol('readiness');

/** What is wrong with the service. */
export interface Condition {
  /** What keeps it from being ready, or null. */
  readonly missing: string | null;
  /** What it does without, though it answers. */
  readonly warnings: readonly string[];
}

/** Looks at the service. */
export type Readiness = (source: DataSource) => Promise<Condition>;
