import type { Journey } from '../core/journeys/journey.js';
import { stageWindow } from '../core/journeys/stage-cell.js';
import type { Baseline } from '../core/outcomes/baseline.js';
import { fitBaseline } from '../core/outcomes/baseline.js';
import { changeSpans, incidentSpans } from '../core/outcomes/known-trouble.js';
import type { TimeSpan } from '../core/outcomes/stage-series.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY, bucketStart } from '../core/telemetry/time.js';
import { contentKey } from '../storage/content-key.js';
import type { KnownRange } from '../storage/known-trouble.store.js';
import { changesKnown, incidentsKnown } from '../storage/known-trouble.store.js';
import { failuresOfStage } from '../storage/outcome.store.js';
import type { Sql } from '../storage/sql.js';
import { stageSeries } from '../storage/stage-series.store.js';
import { withConversions } from './with-conversions.js';

/** How much history a baseline learns from. */
const HISTORY = 56 * DAY;

/** Baselines that are kept in memory at most. */
const MOST_KEPT = 1000;

/** A stage and, where asked for, one segment of it. */
export interface StageOfJourney {
  readonly journey: Journey;
  readonly stageIndex: number;
  /** All segments where null. */
  readonly segment: string | null;
}

/**
 * What each stage usually does. A baseline is fitted once a day, on what was known when the day
 * began, so that living through a day and replaying it give the same.
 */
export class Baselines {
  private readonly kept = new Map<string, Promise<Baseline | null>>();

  /** The stage's baseline as of the start of the day, or null where there is no history yet. */
  of(sql: Sql, stage: StageOfJourney, asOf: Instant): Promise<Baseline | null> {
    const { journey, stageIndex, segment } = stage;
    const day = bucketStart(asOf, DAY);
    // The whole journey: another version of it may convert otherwise, and knows other trouble.
    const key = contentKey(JSON.stringify([journey, stageIndex, segment, day]));
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    if (this.kept.size >= MOST_KEPT) this.kept.clear();
    const fitted = this.fit(sql, stage, day);
    this.kept.set(key, fitted);
    // What is not there yet may come today, with imported history.
    fitted.then(
      (baseline) => baseline === null && this.kept.delete(key),
      () => this.kept.delete(key),
    );
    return fitted;
  }

  private async fit(sql: Sql, stage: StageOfJourney, day: Instant): Promise<Baseline | null> {
    const { journey, stageIndex, segment } = stage;
    const name = { journey: journey.key, stage: journey.stages[stageIndex]?.key ?? '' };
    // Entries younger than the stage's window may still convert: their rate is not known yet.
    const to = day - stageWindow(journey, stageIndex);
    const from = day - HISTORY;
    const series = await stageSeries(sql, { ...name, segment, from, to, knownBy: day });
    const begun = series.entered.findIndex((entered) => entered > 0);
    if (begun === -1) return null;
    const { converted } = withConversions(journey, stageIndex, series);
    const whole = segment === null ? null : await this.of(sql, { ...stage, segment: null }, day);
    return fitBaseline(
      {
        start: series.start + begun * series.width,
        width: series.width,
        entered: series.entered.subarray(begun),
        converted: converted.subarray(begun),
      },
      {
        asOf: to,
        masked: await troubleOf(sql, stage, { from, to, knownBy: day }),
        whole: whole ?? undefined,
      },
    );
  }
}

/** All trouble of a stage that was known: a baseline that learns from it takes it for usual. */
async function troubleOf(
  sql: Sql,
  { journey, stageIndex }: StageOfJourney,
  range: KnownRange,
): Promise<TimeSpan[]> {
  const name = { journey: journey.key, stage: journey.stages[stageIndex]?.key ?? '' };
  const failures = await failuresOfStage(sql, name, range);
  return [
    ...failures.flatMap(({ startedAt, endedAt }) =>
      startedAt === undefined || endedAt === undefined ? [] : [{ startedAt, endedAt }],
    ),
    ...changeSpans(journey, stageIndex, await changesKnown(sql, range)),
    ...incidentSpans(await incidentsKnown(sql, name, range)),
  ];
}
