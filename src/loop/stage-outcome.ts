import type { Control } from '../core/outcomes/window-totals.js';
import { LONGEST_FAILURE } from '../core/outcomes/failure-pieces.js';
import type { MeasuredOutcome } from '../core/outcomes/measured-outcome.js';
import { measureOutcome } from '../core/outcomes/measured-outcome.js';
import { seededRandom } from '../core/statistics/random.js';
import type { Instant } from '../core/telemetry/time.js';
import { HOUR } from '../core/telemetry/time.js';
import { contentKey } from '../storage/content-key.js';
import type { DueOutcome } from '../storage/episode.store.js';
import type { StoredJourney } from '../storage/journey.store.js';
import type { Sql } from '../storage/sql.js';
import { stageSeries } from '../storage/stage-series.store.js';
import type { Baselines, StageOfJourney } from './baselines.js';
import { withConversions } from './with-conversions.js';

/** What a measurement reads. */
export interface MeasuringGround {
  readonly sql: Sql;
  readonly baselines: Baselines;
  readonly journeys: readonly StoredJourney[];
  /** The stages (`journey/stage`) that the episode is mapped to: they cannot be its control. */
  readonly touched: ReadonlySet<string>;
}

/** What is looked at: a stretch of time as known at a time, against what was usual at `asOf`. */
export interface Glance {
  readonly from: Instant;
  readonly to: Instant;
  readonly knownBy: Instant;
  readonly asOf: Instant;
}

const glanceOf = ({ startedAt, horizon, dueAt }: DueOutcome): Glance => ({
  from: startedAt - HOUR,
  to: startedAt + horizon + LONGEST_FAILURE,
  knownBy: dueAt,
  asOf: startedAt,
});

/** A stage's series and baseline; null where there is no history to compare with. */
export async function observe(
  ground: MeasuringGround,
  stage: StageOfJourney,
  { asOf, ...range }: Glance,
): Promise<Control | null> {
  const baseline = await ground.baselines.of(ground.sql, stage, asOf);
  if (baseline === null) return null;
  const { journey, stageIndex, segment } = stage;
  const name = { journey: journey.key, stage: journey.stages[stageIndex]?.key ?? '' };
  const series = await stageSeries(ground.sql, { ...name, segment, ...range });
  if (baseline.width !== series.width) return null;
  return { baseline, series: withConversions(journey, stageIndex, series) };
}

/** Entry stages that the episode does not touch: other journeys' first, else the own one's. */
function controlCandidates(ground: MeasuringGround, own: StageOfJourney): StageOfJourney[] {
  const entries = ground.journeys.flatMap(({ journey }) => {
    const key = `${journey.key}/${journey.stages[0]?.key ?? ''}`;
    const self = journey.key === own.journey.key && own.stageIndex === 0;
    return self || ground.touched.has(key) ? [] : [{ journey, stageIndex: 0, segment: null }];
  });
  const isOwn = (one: StageOfJourney): boolean => one.journey.key === own.journey.key;
  return [...entries.filter(isOwn), ...entries.filter((one) => !isOwn(one))];
}

/** The first of the untouched entry stages that anything is known of. */
export async function controlOf(
  ground: MeasuringGround,
  own: StageOfJourney,
  glance: Glance,
): Promise<Control | undefined> {
  for (const candidate of controlCandidates(ground, own)) {
    const control = await observe(ground, candidate, glance);
    if (control !== null) return control;
  }
  return undefined;
}

/** Chance of its own for everything that is measured: measuring it again gives the same. */
export function randomFor(...place: readonly string[]): () => number {
  return seededRandom(Number.parseInt(contentKey(place.join('\0')).slice(0, 8), 16));
}

/** Measures what an episode did to one stage, on what was known when it became due; null without a baseline. */
export async function measureStage(
  ground: MeasuringGround,
  stage: StageOfJourney,
  due: DueOutcome,
): Promise<MeasuredOutcome | null> {
  const glance = glanceOf(due);
  const observed = await observe(ground, stage, glance);
  if (observed === null) return null;
  return measureOutcome({
    startedAt: due.startedAt,
    horizon: due.horizon,
    mitigatedAt: due.mitigatedAt ?? undefined,
    criterion: stage.journey.stages[stage.stageIndex]?.failure,
    ...observed,
    control: await controlOf(ground, stage, glance),
    random: randomFor(due.episodeId, due.journey, due.stage),
  });
}
