import { extractFeatures } from '../../src/core/features/anomaly-features.js';
import type { StageMapping } from '../../src/core/features/feature-context.js';
import { EMPTY_CONTEXT } from '../../src/core/features/feature-context.js';
import { pooledRelativeLoss } from '../../src/core/scoring/loss-if-failure.js';
import { DEFAULT_PRIORITY_WEIGHTS } from '../../src/core/scoring/priority.js';
import { PRIOR_MODEL, scoreAnomaly } from '../../src/core/scoring/score.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import type { Anomaly } from '../../src/core/telemetry/anomaly.js';
import type { Instant } from '../../src/core/telemetry/time.js';
import { DAY, HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import { ensurePrior } from '../../src/loop/ensure-prior.js';
import { appendOutcome } from '../../src/storage/outcome.store.js';
import type { ScoredEpisode } from '../../src/storage/prediction.store.js';
import { savePredictions } from '../../src/storage/prediction.store.js';
import type { SmallWorld } from '../loop/small-world.js';
import { aJourney, anAnomaly, anOutcome, day } from '../loop/small-world.js';

const EPISODES = 160;
const SPACING = 3 * HOUR;

/** When all outcomes are known. */
export const TAUGHT_AT: Instant = day(0) + EPISODES * SPACING + DAY;

const mapping: StageMapping = {
  journey: 'checkout',
  stage: 'payment',
  stageIndex: 1,
  stageCount: 3,
  stageWeight: 0.9,
  relevance: 0.9,
};

/** An anomaly on checkout's payment as it is first scored before anything is learnt. */
export function scoredByPrior(anomaly: Anomaly, asOf: Instant): ScoredEpisode {
  const features = extractFeatures(anomaly, mapping, EMPTY_CONTEXT, asOf);
  const prediction = scoreAnomaly({
    ...{ anomaly, mapping, row: features, context: EMPTY_CONTEXT, asOf, model: PRIOR_MODEL },
    ...{ loss: pooledRelativeLoss([]), horizon: HOUR, valuePerConversion: 1, impactScale: 10 },
    ...{ weights: DEFAULT_PRIORITY_WEIGHTS, feasibility: 1, stale: [] },
  });
  return { episodeId: anomaly.id, features, prediction, answered: true };
}

async function addEpisode(world: SmallWorld, i: number, random: () => number): Promise<void> {
  const [id, asOf] = [`e${i}`, day(0) + i * SPACING];
  const service = random() < 0.5 ? 'payment' : 'ledger';
  const failure = random() < (service === 'payment' ? 0.85 : 0.05);
  const anomaly = anAnomaly(id, {
    startedAt: asOf,
    endedAt: asOf + MINUTE,
    labels: { service },
    severity: 'warning',
  });
  await world.take({ anomaly, receivedAt: asOf });
  await savePredictions(world.source.manager, [scoredByPrior(anomaly, asOf)]);
  const outcome = anOutcome(`o-${id}`, id, {
    failure,
    verdict: 'unknown',
    source: 'measured',
    ...(failure ? { failureId: `f-${id}` } : {}),
  });
  await world.source.transaction(async (sql) => {
    await appendOutcome(sql, outcome, { knownAt: asOf + 8 * HOUR, relativeLoss: null });
  });
}

/** Fills a world with episodes of which the service says which are failures; a model can learn it. */
export async function teach(world: SmallWorld): Promise<void> {
  const random = seededRandom(3);
  for (let i = 0; i < EPISODES; i += 1) await addEpisode(world, i, random);
  const stages = aJourney().stages.map((stage) =>
    stage.key === 'payment'
      ? { ...stage, mappings: [{ match: ['service=~".+"'], relevance: 0.9 }] }
      : { ...stage, mappings: [] },
  );
  await world.define(aJourney({ stages }));
  await ensurePrior(world.source, day(0));
}
