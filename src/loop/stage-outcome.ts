import type { Journey } from '../core/journeys/journey.js';
import { delayTo } from '../core/outcomes/window-totals.js';
import type { Control, Controls } from '../core/outcomes/window-totals.js';
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

/** Whether the episode is mapped to the journey's entry. */
const isTouched = (ground: MeasuringGround, { key, stages }: Journey): boolean =>
  ground.touched.has(`${key}/${stages[0]?.key ?? ''}`);

const entryOf = (journey: Journey, segment: string | null): StageOfJourney => {
  return { journey, stageIndex: 0, segment };
};

/**
 * What tells everyone's traffic: where the stage's own customers (those of its segment) come in,
 * and, unless that says it all, the untouched entries of all other journeys.
 */
export async function controlsOf(
  ground: MeasuringGround,
  own: StageOfJourney,
  glance: Glance,
): Promise<Controls> {
  const came = entryOf(own.journey, own.segment);
  const entry = own.stageIndex > 0 ? await observe(ground, came, glance) : null;
  const touched = isTouched(ground, own.journey);
  const delay = delayTo(own.journey, own.stageIndex);
  const inflow = entry === null ? undefined : { ...entry, touched, delay };
  if (inflow?.touched === false) return { inflow };
  const controls: Control[] = [];
  for (const { journey } of ground.journeys) {
    if (journey.key === own.journey.key || isTouched(ground, journey)) continue;
    const control = await observe(ground, entryOf(journey, null), glance);
    if (control !== null) controls.push(control);
  }
  return { controls, inflow };
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
    ...(await controlsOf(ground, stage, glance)),
    random: randomFor(due.episodeId, due.journey, due.stage),
  });
}
