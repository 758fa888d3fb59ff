import type { Outcome } from '../outcomes/outcome.js';
import type { Instant } from '../telemetry/time.js';
import { HOUR } from '../telemetry/time.js';
import type { LivedFailure } from './unmitigated-failures.js';

/** A standing outcome with when an incident of its episode was mitigated (null: never, or none). */
export interface ToldOutcome extends Outcome {
  readonly mitigatedAt: Instant | null;
}

type Draft = { -readonly [K in keyof LivedFailure]: LivedFailure[K] } & {
  readonly anomalyIds: Set<string>;
};

/** Length of a failure whose end nobody told. */
const UNTOLD_LENGTH = HOUR;

/** A measured failure with when it was; null for any other outcome. */
function measuredSpan(outcome: ToldOutcome): { startedAt: Instant; endedAt: Instant } | null {
  const { source, failure, startedAt, endedAt } = outcome;
  const isTimed = startedAt !== undefined && endedAt !== undefined;
  return source === 'measured' && failure === true && isTimed ? { startedAt, endedAt } : null;
}

const UNHEARD = { anomalyIds: new Set<string>(), mitigatedAt: null };

function measuredFailures(outcomes: readonly ToldOutcome[], value: number): Map<string, Draft> {
  const failures = new Map<string, Draft>();
  for (const outcome of outcomes) {
    const span = measuredSpan(outcome);
    if (span === null) continue;
    const { id, failureId = id, anomalyId, conversionsLost = 0 } = outcome;
    const { anomalyIds, mitigatedAt } = failures.get(failureId) ?? UNHEARD;
    failures.set(failureId, {
      ...{ id: failureId, ...span },
      anomalyIds: new Set(anomalyId === undefined ? anomalyIds : [...anomalyIds, anomalyId]),
      valueLost: Math.max(0, conversionsLost) * value,
      mitigatedAt: mitigationOf(outcome, span.endedAt) ?? mitigatedAt,
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

function correct(failure: Draft, told: ToldOutcome, value: number): void {
  if (told.conversionsLost !== undefined) failure.valueLost = told.conversionsLost * value;
  failure.mitigatedAt ??= mitigationOf(told, failure.endedAt);
}

/** A failure that nobody measured, as people tell of it; null where they tell of none, or not when. */
function toldFailure(told: ToldOutcome, value: number): Draft | null {
  const { id, failureId = id, failure, startedAt, conversionsLost = 0 } = told;
  if (failure !== true || startedAt === undefined) return null;
  const endedAt = told.endedAt ?? startedAt + UNTOLD_LENGTH;
  return {
    ...{ id: failureId, startedAt, endedAt, anomalyIds: new Set<string>() },
    valueLost: conversionsLost * value,
    mitigatedAt: mitigationOf(told, endedAt),
  };
}

/**
 * The failures of a stage that outcomes tell of, one each however many tell of it, oldest first.
 * Whether there was one is measured; people correct what it cost, and tell of those that were not
 * measured.
 *
 * @param outcomes those that stand, oldest first.
 * @param value what a conversion is worth.
 */
export function failuresOfOutcomes(
  outcomes: readonly ToldOutcome[],
  value: number,
): LivedFailure[] {
  const failures = measuredFailures(outcomes, value);
  for (const told of outcomes) {
    if (told.source === 'measured' || told.failure === false) continue;
    const meant = meantBy(told, failures);
    const added = meant === undefined ? toldFailure(told, value) : null;
    // What had nothing to do with a failure says nothing of what it cost, nor of when it ended.
    if (meant !== undefined && told.verdict !== 'unrelated') correct(meant, told, value);
    if (added !== null) failures.set(added.id, added);
  }
  return [...failures.values()]
    .map(({ anomalyIds: _, ...failure }) => failure)
    .sort((one, other) => one.startedAt - other.startedAt);
}
