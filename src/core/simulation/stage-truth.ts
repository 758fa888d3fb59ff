import { compileMappings } from '../journeys/stage-mapping.js';
import type { Journey } from '../journeys/journey.js';
import type { Instant } from '../telemetry/time.js';
import type { StageEffect } from './fault-effects.js';
import type { Fault } from './fault.js';
import type { PlannedAnomaly } from './planned-anomalies.js';

/** The truth about an anomaly, or a failure without one, and a stage. */
export interface TruthLine {
  /** Absent for a failure on which nothing fired. */
  readonly anomalyId?: string;
  readonly journey: string;
  readonly stage: string;
  readonly failure: boolean;
  readonly probability: number;
  readonly conversionsLost: number;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

/** What an anomaly has to do with a stage. */
export interface StageLink {
  readonly planned: PlannedAnomaly;
  readonly mapped: boolean;
  readonly relevance: number;
  readonly truth: TruthLine;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function truthOf(
  planned: PlannedAnomaly,
  effect: StageEffect | undefined,
): Omit<TruthLine, 'journey' | 'stage'> {
  const { id, startedAt, endedAt } = planned.anomaly;
  const none = { failure: false, probability: 0, conversionsLost: 0, startedAt, endedAt };
  if (effect === undefined) return { anomalyId: id, ...none };
  return {
    anomalyId: id,
    failure: effect.failure,
    probability: rounded(effect.probability),
    conversionsLost: rounded(effect.conversionsLost),
    startedAt: effect.startedAt,
    endedAt: effect.endedAt,
  };
}

/** The links of each anomaly, by its id. */
export function byAnomaly(links: readonly StageLink[]): ReadonlyMap<string, readonly StageLink[]> {
  const grouped = new Map<string, StageLink[]>();
  for (const link of links) {
    const { id } = link.planned.anomaly;
    const known = grouped.get(id);
    if (known === undefined) grouped.set(id, [link]);
    else known.push(link);
  }
  return grouped;
}

/** Every anomaly with each stage that it is mapped to or whose failure its fault caused. */
export function stageLinks(
  anomalies: readonly PlannedAnomaly[],
  journeys: readonly Journey[],
  effects: ReadonlyMap<string, readonly StageEffect[]>,
): StageLink[] {
  const mappingsOf = compileMappings(journeys.map((journey) => ({ version: 1, journey })));
  return anomalies.flatMap((planned) => {
    const own = planned.faultId === null ? [] : (effects.get(planned.faultId) ?? []);
    const mappings = mappingsOf(planned.anomaly);
    const links = mappings.map(({ journey, stage, relevance }): StageLink => {
      const effect = own.find((each) => each.journey === journey && each.stage === stage);
      const truth = { ...truthOf(planned, effect), journey, stage };
      return { planned, mapped: true, relevance, truth };
    });
    const unmapped = own.filter(
      ({ failure, journey, stage }) =>
        failure && !mappings.some((each) => each.journey === journey && each.stage === stage),
    );
    return [
      ...links,
      ...unmapped.map((effect): StageLink => {
        const truth = { ...truthOf(planned, effect), journey: effect.journey, stage: effect.stage };
        return { planned, mapped: false, relevance: 0, truth };
      }),
    ];
  });
}

/** The failures of faults on which nothing fired. */
export function missedTruth(
  faults: readonly Fault[],
  anomalies: readonly PlannedAnomaly[],
  effects: ReadonlyMap<string, readonly StageEffect[]>,
): TruthLine[] {
  const seen = new Set(anomalies.map(({ faultId }) => faultId));
  return faults
    .filter(({ id }) => !seen.has(id))
    .flatMap(({ id }) => effects.get(id) ?? [])
    .filter(({ failure }) => failure)
    .map((effect) => ({
      ...effect,
      probability: rounded(effect.probability),
      conversionsLost: rounded(effect.conversionsLost),
    }));
}
