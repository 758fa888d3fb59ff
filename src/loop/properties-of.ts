import type { Journey } from '../core/journeys/journey.js';

/** The properties that the journeys' stages ask for, by name. */
export function propertiesOf(journeys: readonly Journey[]): string[] {
  const names = journeys.flatMap(({ stages }) =>
    stages.flatMap(({ where = {} }) => Object.keys(where)),
  );
  return [...new Set(names)].sort();
}
