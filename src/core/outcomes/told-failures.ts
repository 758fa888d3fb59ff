import type { DatedVersion } from '../journeys/conversion-worth.js';
import { conversionWorth } from '../journeys/conversion-worth.js';
import type { Instant } from '../telemetry/time.js';
import { HOUR } from '../telemetry/time.js';
import type { Outcome, OutcomeSource } from './outcome.js';
import type { TimeSpan } from './stage-series.js';

/** A standing outcome with when an incident of its episode was mitigated (null: never, or none). */
export interface ToldOutcome extends Outcome {
  readonly mitigatedAt: Instant | null;
}

/** A failure as outcomes tell of it together. */
export interface ToldFailure extends TimeSpan {
  readonly id: string;
  readonly segment: string | undefined;
  /** Whether anybody told its end; where not it is taken to last an hour. */
  readonly isEndTold: boolean;
  /** Null where nobody told it. */
  readonly conversionsLost: number | null;
  /** 90 % interval of the conversions lost, of whoever told them. */
  readonly interval: readonly [number, number] | undefined;
  /** When people cut it short; null where nobody did. */
  readonly mitigatedAt: Instant | null;
  /** Who tells of it, the first one first. */
  readonly sources: readonly OutcomeSource[];
}

type Draft = { -readonly [K in keyof ToldFailure]: ToldFailure[K] } & {
  readonly anomalyIds: Set<string>;
};

/** Length of a failure whose end nobody told. */
const UNTOLD_LENGTH = HOUR;

/** A measured failure with when it was; null for any other outcome. */
function measuredSpan(outcome: ToldOutcome): TimeSpan | null {
  const { source, failure, startedAt, endedAt } = outcome;
  const isTimed = startedAt !== undefined && endedAt !== undefined;
  return source === 'measured' && failure === true && isTimed ? { startedAt, endedAt } : null;
}

const UNHEARD = { anomalyIds: new Set<string>(), mitigatedAt: null };

function measuredFailures(outcomes: readonly ToldOutcome[]): Map<string, Draft> {
  const failures = new Map<string, Draft>();
  for (const outcome of outcomes) {
    const span = measuredSpan(outcome);
    if (span === null) continue;
    const { id, failureId = id, anomalyId, segment, interval, conversionsLost } = outcome;
    const { anomalyIds, mitigatedAt } = failures.get(failureId) ?? UNHEARD;
    failures.set(failureId, {
      ...{ id: failureId, ...span, isEndTold: true, segment, interval },
      anomalyIds: new Set(anomalyId === undefined ? anomalyIds : [...anomalyIds, anomalyId]),
      conversionsLost: conversionsLost === undefined ? null : Math.max(0, conversionsLost),
      mitigatedAt: mitigationOf(outcome, span.endedAt) ?? mitigatedAt,
      sources: ['measured'],
    });
  }
  return failures;
}

/** When the failure was cut short: by an incident's word, or else at its end where people say they did. */
function mitigationOf({ mitigatedAt, mitigation }: ToldOutcome, endedAt: Instant): Instant | null {
  if (mitigatedAt !== null) return mitigatedAt;
  return mitigation === undefined ? null : endedAt;
}

function meantBy(told: ToldOutcome, failures: ReadonlyMap<string, Draft>): Draft | undefined {
  const named = failures.get(told.failureId ?? told.id);
  if (named !== undefined) return named;
  const { anomalyId, startedAt, endedAt = startedAt } = told;
  return [...failures.values()].find(
    (failure) =>
      (anomalyId !== undefined && failure.anomalyIds.has(anomalyId)) ||
      (startedAt !== undefined &&
        startedAt < failure.endedAt &&
        (endedAt ?? startedAt) >= failure.startedAt),
  );
}

function correct(failure: Draft, told: ToldOutcome): void {
  if (told.conversionsLost !== undefined) {
    failure.conversionsLost = told.conversionsLost;
    // The interval was of the figure that is no more.
    failure.interval = told.interval;
  }
  failure.mitigatedAt ??= mitigationOf(told, failure.endedAt);
  failure.sources = [...new Set([...failure.sources, told.source])];
}

/** A failure that nobody measured, as people tell of it; null where they tell of none, or not when. */
function toldFailure(told: ToldOutcome): Draft | null {
  const {
    id,
    failureId = id,
    failure,
    startedAt,
    segment,
    interval,
    conversionsLost = null,
  } = told;
  if (failure !== true || startedAt === undefined) return null;
  const endedAt = told.endedAt ?? startedAt + UNTOLD_LENGTH;
  return {
    ...{ id: failureId, startedAt, endedAt, isEndTold: told.endedAt !== undefined },
    ...{ segment, interval, conversionsLost, anomalyIds: new Set<string>() },
    mitigatedAt: mitigationOf(told, endedAt),
    sources: [told.source],
  };
}

/**
 * The failures of a stage that outcomes tell of, one each however many tell of it, oldest first.
 * Whether there was one is measured; people correct what it cost, and tell of those that were not
 * measured.
 *
 * @param outcomes those that stand, oldest first.
 */
export function toldFailures(outcomes: readonly ToldOutcome[]): ToldFailure[] {
  const failures = measuredFailures(outcomes);
  for (const told of outcomes) {
    if (told.source === 'measured' || told.failure === false) continue;
    const meant = meantBy(told, failures);
    const added = meant === undefined ? toldFailure(told) : null;
    // What had nothing to do with a failure says nothing of what it cost, nor of when it ended.
    if (meant !== undefined && told.verdict !== 'unrelated') correct(meant, told);
    if (added !== null) failures.set(added.id, added);
  }
  return [...failures.values()]
    .map(({ anomalyIds: _, ...failure }) => failure)
    .sort((one, other) => one.startedAt - other.startedAt);
}

/** A missed failure with the stage that it is of, and what it cost. */
export interface MissedFailure extends ToldFailure {
  readonly journey: string;
  readonly stage: string;
  /** By what a conversion was worth when it began; null where nobody told that, or the conversions. */
  readonly valueLost: number | null;
  readonly currency: string | undefined;
}

function costOf(
  { conversionsLost, startedAt }: ToldFailure,
  versions: readonly DatedVersion[],
): Pick<MissedFailure, 'valueLost' | 'currency'> {
  const worth = conversionWorth(versions, startedAt);
  const valueLost = worth && conversionsLost !== null ? conversionsLost * worth.value : null;
  return { valueLost, currency: valueLost === null ? undefined : worth?.currency };
}

/**
 * The failures of a journey that no alert told of, one each, newest first; by the same rule as those
 * that thresholds are judged by.
 *
 * @param outcomes those that stand with the verdict `missed`, oldest first.
 * @param versions of the journey, oldest first.
 */
export function missedOfJourney(
  outcomes: readonly Outcome[],
  versions: readonly DatedVersion[],
): MissedFailure[] {
  const byStage = new Map<string, ToldOutcome[]>();
  for (const outcome of outcomes) {
    const told = { ...outcome, mitigatedAt: null };
    byStage.set(outcome.stage, [...(byStage.get(outcome.stage) ?? []), told]);
  }
  return [...byStage]
    .flatMap(([stage, own]) =>
      toldFailures(own).map((failure) => {
        const place = { journey: own[0]?.journey ?? '', stage };
        return { ...failure, ...place, ...costOf(failure, versions) };
      }),
    )
    .sort((one, other) => other.startedAt - one.startedAt);
}
