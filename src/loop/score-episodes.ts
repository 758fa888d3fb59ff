import { extractFeatures } from '../core/features/anomaly-features.js';
import type { FeatureContext, StageMapping } from '../core/features/feature-context.js';
import { serviceOf } from '../core/features/service-of.js';
import type { Journey } from '../core/journeys/journey.js';
import { DEFAULT_HORIZON } from '../core/outcomes/outcome-due.js';
import { scaleOf } from '../core/scoring/impact-score.js';
import { DEFAULT_PRIORITY_WEIGHTS } from '../core/scoring/priority.js';
import type { ScoringModel } from '../core/scoring/score.js';
import { scoreAnomaly } from '../core/scoring/score.js';
import type { Anomaly } from '../core/telemetry/anomaly.js';
import { DAY, type Instant } from '../core/telemetry/time.js';
import type { EpisodeHistory, KnownLabels } from '../storage/feature-context.store.js';
import { episodeHistory, newestKnown, othersOpen } from '../storage/feature-context.store.js';
import type { StoredJourney } from '../storage/journey.store.js';
import { labelsOfEpisode } from '../storage/label.store.js';
import type { ScoredEpisode } from '../storage/prediction.store.js';
import type { Sql } from '../storage/sql.js';
import type { Baselines } from './baselines.js';
import type { Reigning } from './journeys-at.js';
import { JourneysAt } from './journeys-at.js';
import type { Knowledge, Touch } from './knowledge.js';
import { knowledgeAt, labelHistory, relativeLoss } from './knowledge.js';
import { stageTraffic } from './stage-traffic.js';

/** An anomaly to score, as known at a moment. */
export interface ToScore {
  readonly anomaly: Anomaly;
  readonly episodeId: string;
  readonly asOf: Instant;
}

/** What scoring stands on. */
export interface ScoringGround {
  readonly sql: Sql;
  readonly baselines: Baselines;
  readonly model: ScoringModel;
  readonly versions: readonly StoredJourney[];
}

interface Scene {
  readonly ground: ScoringGround;
  readonly knowledge: Knowledge;
  readonly history: EpisodeHistory;
  readonly ownLabels: readonly KnownLabels[];
  readonly item: ToScore;
  readonly impactScale: number;
}

interface MappedStage {
  readonly mapping: StageMapping;
  readonly stored: StoredJourney;
  readonly horizon: number;
}

function mappedStages(anomaly: Anomaly, { journeys, mappingsOf }: Reigning): MappedStage[] {
  return mappingsOf(anomaly).flatMap((found) => {
    const stored = journeys.find((one) => one.journey.key === found.journey);
    const stage = stored?.journey.stages[found.stageIndex];
    if (stored === undefined || stage === undefined) return [];
    const stageCount = stored.journey.stages.length;
    const mapping = { ...found, stageCount, stageWeight: stage.weight };
    return [{ mapping, stored, horizon: stage.horizon ?? DEFAULT_HORIZON }];
  });
}

async function contextOf(scene: Scene, mapped: MappedStage, touch: Touch): Promise<FeatureContext> {
  const { ground, knowledge, history, item } = scene;
  const { journey } = mapped.stored;
  const segment = item.anomaly.segment ?? null;
  const stage = { journey, stageIndex: mapped.mapping.stageIndex, segment };
  const newest = await newestKnown(ground.sql, journey.key, item.asOf);
  return {
    ...history,
    changes: knowledge.changes,
    labels: labelHistory(knowledge, touch, scene.ownLabels),
    open: othersOpen(knowledge.open, {
      episodeId: item.episodeId,
      service: touch.service,
      stage: `${touch.journey}/${touch.stage}`,
    }),
    traffic: await stageTraffic(ground.sql, ground.baselines, stage, item.asOf),
    freshnessSeconds: newest === null ? null : Math.max(0, (item.asOf - newest) / 1000),
  };
}

/** Why an answer may be out of date: the journey is a new version, or its stage's service changed. */
function staleOf(scene: Scene, mapped: MappedStage, touch: Touch): string[] {
  const { knowledge, item } = scene;
  const stale: string[] = [];
  const { effectiveFrom, version } = mapped.stored;
  if (effectiveFrom !== null && item.asOf - effectiveFrom < 7 * DAY) {
    stale.push(`version ${version} of the journey is younger than a week`);
  }
  for (const change of knowledge.changes) {
    if (touch.service !== null && serviceOf(change.labels) === touch.service) {
      stale.push(`${change.kind} ${change.id} on ${touch.service} less than a day ago`);
    }
  }
  return stale;
}

function valueOf(journey: Journey): number {
  return journey.valuePerConversion ?? 1;
}

async function scoreStage(scene: Scene, mapped: MappedStage): Promise<ScoredEpisode> {
  const { ground, item, knowledge } = scene;
  const { anomaly, asOf, episodeId } = item;
  const { mapping, stored } = mapped;
  const touch: Touch = {
    episodeId,
    journey: mapping.journey,
    stage: mapping.stage,
    service: serviceOf(anomaly.labels),
    rule: anomaly.name,
  };
  const context = await contextOf(scene, mapped, touch);
  const features = extractFeatures(anomaly, mapping, context, asOf);
  const prediction = scoreAnomaly({
    anomaly,
    mapping,
    row: features,
    context,
    asOf,
    model: ground.model,
    loss: relativeLoss(knowledge, touch),
    horizon: mapped.horizon,
    valuePerConversion: valueOf(stored.journey),
    impactScale: scene.impactScale,
    weights: DEFAULT_PRIORITY_WEIGHTS,
    feasibility: 1,
    stale: staleOf(scene, mapped, touch),
  });
  return { episodeId, features, prediction, answered: true };
}

/** Failures' values, so that the impact score knows what a middling failure costs here. */
function impactScaleOf(knowledge: Knowledge, journeys: readonly StoredJourney[]): number {
  const byKey = new Map(journeys.map(({ journey }) => [journey.key, valueOf(journey)]));
  const values = knowledge.losses.map((one) => one.conversionsLost * (byKey.get(one.journey) ?? 1));
  const each = [...byKey.values()];
  const mean = each.reduce((sum, value) => sum + value, 0) / Math.max(1, each.length);
  return scaleOf(values, mean);
}

/**
 * Scores anomalies on every stage that they touch, each with the journeys and all else as known at its own moment.
 *
 * @returns per anomaly its answers, the highest priority first; none where no stage is touched.
 */
export async function scoreEpisodes(
  ground: ScoringGround,
  items: readonly ToScore[],
): Promise<ScoredEpisode[][]> {
  const journeys = new JourneysAt(ground.versions);
  const answers: ScoredEpisode[][] = [];
  let knowledge: Knowledge | null = null;
  for (const item of items) {
    const reigning = journeys.at(item.asOf);
    const stages = mappedStages(item.anomaly, reigning);
    if (stages.length === 0) {
      answers.push([]);
      continue;
    }
    if (knowledge?.asOf !== item.asOf) knowledge = await knowledgeAt(ground.sql, item.asOf);
    const { anomaly, episodeId } = item;
    const service = serviceOf(anomaly.labels);
    const { name, source, fingerprint } = anomaly;
    const identity = { episodeId, name, source, fingerprint, service };
    const history = await episodeHistory(ground.sql, identity, item.asOf);
    const impactScale = impactScaleOf(knowledge, reigning.journeys);
    const ownLabels = await labelsOfEpisode(ground.sql, episodeId, item.asOf);
    const scene: Scene = { ground, knowledge, history, ownLabels, item, impactScale };
    const scored: ScoredEpisode[] = [];
    for (const stage of stages) scored.push(await scoreStage(scene, stage));
    answers.push(scored.sort((a, b) => b.prediction.priority.value - a.prediction.priority.value));
  }
  return answers;
}
