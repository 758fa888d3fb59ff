import type { StageMapping } from '../core/journeys/stage-mapping.js';
import { compileMappings } from '../core/journeys/stage-mapping.js';
import type { Anomaly } from '../core/telemetry/anomaly.js';
import type { Instant } from '../core/telemetry/time.js';
import type { StoredJourney } from '../storage/journey.store.js';
import { reigning } from '../storage/journey.store.js';

/** The journeys that held at a moment, and what anomalies touch in them. */
export interface Reigning {
  readonly journeys: readonly StoredJourney[];
  readonly mappingsOf: (anomaly: Anomaly) => StageMapping[];
}

/** Journeys by the moment; the mappings of each set of versions are compiled once. */
export class JourneysAt {
  private readonly known = new Map<string, Reigning>();

  constructor(private readonly versions: readonly StoredJourney[]) {}

  at(moment: Instant): Reigning {
    const journeys = reigning(this.versions, moment);
    const key = journeys.map(({ version }) => version).join(' ');
    let found = this.known.get(key);
    if (found === undefined) {
      found = { journeys, mappingsOf: compileMappings(journeys) };
      this.known.set(key, found);
    }
    return found;
  }
}
