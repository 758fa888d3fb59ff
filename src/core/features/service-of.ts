import type { Labels } from '../telemetry/anomaly.js';

/** The label keys that name a service, the first present one wins. */
export const SERVICE_LABELS = ['service', 'app', 'job'] as const;

/** The service that a set of labels names, or null where it names none. */
export function serviceOf(labels: Labels): string | null {
  for (const key of SERVICE_LABELS) {
    const value = labels[key];
    if (value !== undefined && value !== '') return value;
  }
  return null;
}
