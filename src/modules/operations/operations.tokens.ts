import type { DataSource } from 'typeorm';

/** Names the registry of the service's own metrics. */
export const METRICS = Symbol('metrics');

/** Names the check behind /readyz. */
export const READINESS = Symbol('readiness');

/** What keeps the service from being ready, or null. */
export type Readiness = (source: DataSource) => Promise<string | null>;
