import { DomainError } from '../errors/domain-error.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { MINUTE } from '../telemetry/time.js';

/** What a metric was: samples by rising time; NaN is a sample that compares with nothing. */
export interface MetricHistory {
  readonly at: Float64Array;
  readonly values: Float64Array;
}

/** When a rule looks at a metric. */
export interface EvaluationPlan {
  /** A sample counts up to this age; Prometheus 2 takes 5 minutes, Prometheus 3 one millisecond less. */
  readonly staleness: Duration;
  /** Looks at fixed steps; at every sample, and when one grows stale, where absent. */
  readonly steps?: { readonly from: Instant; readonly interval: Duration } | undefined;
}

/** What a rule saw each time it looked: NaN where there was nothing to compare. */
export interface Evaluations {
  readonly at: Float64Array;
  readonly values: Float64Array;
}

/** How long a sample counts in Prometheus, where nothing else is set. */
export const PROMETHEUS_STALENESS: Duration = 5 * MINUTE;

/** The usual distance of two samples in milliseconds (median; 0 for fewer than two). */
export function usualStep(at: Float64Array): Duration {
  const steps = at.slice(1);
  for (let i = 0; i < steps.length; i += 1) steps[i] = (at[i + 1] ?? 0) - (at[i] ?? 0);
  return steps.sort()[steps.length >> 1] ?? 0;
}

/** Steps without a sample, by the usual one, after which a series of its own rhythm is stale. */
const STALE_STEPS = 3;

/** How long a sample counts where nothing is said: as in Prometheus, or longer for slower series. */
export function usualStaleness(at: Float64Array): Duration {
  return Math.max(PROMETHEUS_STALENESS, STALE_STEPS * usualStep(at));
}

function refuseDisorder({ at, values }: MetricHistory): void {
  if (at.length !== values.length) {
    throw new DomainError('length-mismatch', 'Times and values of a history differ in length.');
  }
  for (let i = 1; i < at.length; i += 1) {
    if (!((at[i - 1] ?? 0) < (at[i] ?? 0))) {
      throw new DomainError(
        'unordered-history',
        `Sample ${i} is not later than the one before it.`,
      );
    }
  }
}

/**
 * What a rule saw of a history. As in Prometheus, each look takes the latest sample that is not
 * older than the staleness; a sample that is NaN hides the ones before it.
 *
 * @throws DomainError `unordered-history`, `length-mismatch`
 */
export function evaluationsOf(history: MetricHistory, plan: EvaluationPlan): Evaluations {
  refuseDisorder(history);
  return plan.steps === undefined
    ? atSamples(history, plan.staleness)
    : atSteps(history, plan.staleness, plan.steps);
}

function atSamples(history: MetricHistory, staleness: Duration): Evaluations {
  const { at, values } = history;
  let gaps = 0;
  for (let i = 1; i < at.length; i += 1) {
    if ((at[i] ?? 0) - (at[i - 1] ?? 0) > staleness + 1) gaps += 1;
  }
  if (gaps === 0) return history;
  const seen = {
    at: new Float64Array(at.length + gaps),
    values: new Float64Array(at.length + gaps),
  };
  let k = 0;
  at.forEach((time, i) => {
    const before = at[i - 1];
    if (before !== undefined && time - before > staleness + 1) {
      seen.at[k] = before + staleness + 1;
      seen.values[k] = Number.NaN;
      k += 1;
    }
    seen.at[k] = time;
    seen.values[k] = values[i] ?? Number.NaN;
    k += 1;
  });
  return seen;
}

function atSteps(
  { at, values }: MetricHistory,
  staleness: Duration,
  { from, interval }: { readonly from: Instant; readonly interval: Duration },
): Evaluations {
  const last = (at.at(-1) ?? from) + staleness + interval;
  const looks = Math.max(0, Math.floor((last - from) / interval) + 1);
  const seen = { at: new Float64Array(looks), values: new Float64Array(looks) };
  let next = 0;
  for (let k = 0; k < looks; k += 1) {
    const now = from + k * interval;
    while (next < at.length && (at[next] ?? 0) <= now) next += 1;
    const isFresh = next > 0 && now - (at[next - 1] ?? 0) <= staleness;
    seen.at[k] = now;
    seen.values[k] = isFresh ? (values[next - 1] ?? Number.NaN) : Number.NaN;
  }
  return seen;
}
