import type { Labels } from '../telemetry/anomaly.js';
import type { AlertRule } from './alert-rule.js';
import type { EvaluationPlan, Evaluations, MetricHistory } from './evaluations.js';
import { evaluationsOf } from './evaluations.js';
import type { FiringLevels } from './firing-levels.js';
import { firingLevels } from './firing-levels.js';

/** One of the series that a rule watches. */
export interface LabelledHistory {
  readonly labels: Labels;
  readonly history: MetricHistory;
}

/** What a rule saw of one of its series. */
export interface LabelledEvaluations {
  readonly labels: Labels;
  readonly seen: Evaluations;
}

/** Series whose alerts are one page, with what the rule does on any of them. */
export interface SeriesGroup {
  /** The labels that all series of the group share by the grouping. */
  readonly labels: Labels;
  readonly firing: FiringLevels;
}

/** What a rule saw of several series; one that ends before the others is looked at once more, stale. */
export function evaluationsOfSeries(
  series: readonly LabelledHistory[],
  planOf: (at: Float64Array) => EvaluationPlan,
): LabelledEvaluations[] {
  const end = series.reduce((last, { history }) => Math.max(last, history.at.at(-1) ?? 0), 0);
  return series.map(({ labels, history }) => {
    const plan = planOf(history.at);
    const seen = evaluationsOf(history, plan);
    const stale = (seen.at.at(-1) ?? end) + plan.staleness + 1;
    return { labels, seen: stale < end ? withLook(seen, stale) : seen };
  });
}

function withLook({ at, values }: Evaluations, time: number): Evaluations {
  return {
    at: Float64Array.from([...at, time]),
    values: Float64Array.from([...values, Number.NaN]),
  };
}

/** The moments of several lists, each once, ascending. */
function momentsOf(lists: readonly Float64Array[]): Float64Array {
  const [first] = lists;
  const isShared = lists.every(
    (list) => list.length === first?.length && list.every((at, k) => at === first[k]),
  );
  if (first !== undefined && isShared) return first;
  return Float64Array.from(new Set(lists.flatMap((list) => Array.from(list)))).sort();
}

/** Whether any of several series fires, at every threshold: the highest of their latest levels. */
export function anyFiring(firings: readonly FiringLevels[]): FiringLevels {
  const [only] = firings;
  if (only !== undefined && firings.length === 1) return only;
  const at = momentsOf(firings.map((firing) => firing.at));
  const levels = new Float64Array(at.length).fill(-Infinity);
  for (const firing of firings) {
    let next = 0;
    at.forEach((time, k) => {
      while (next < firing.at.length && (firing.at[next] ?? Infinity) <= time) next += 1;
      if (next > 0) levels[k] = Math.max(levels[k] ?? 0, firing.levels[next - 1] ?? -Infinity);
    });
  }
  return { at, levels };
}

/**
 * Replays a rule on every series and joins those that agree in the labels of `groupBy`, as
 * Alertmanager does: a group pages when the first of its series fires, not when another joins in.
 * Without `groupBy` all series are one group.
 */
export function seriesGroups(
  series: readonly LabelledEvaluations[],
  rule: AlertRule,
  groupBy: readonly string[] = [],
): SeriesGroup[] {
  const groups = new Map<string, { labels: Labels; firings: FiringLevels[] }>();
  for (const { labels, seen } of series) {
    const shared = groupBy.map((name) => [name, labels[name] ?? ''] as const);
    const key = JSON.stringify(shared);
    const group = groups.get(key) ?? { labels: Object.fromEntries(shared), firings: [] };
    group.firings.push(firingLevels(seen, rule));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, firings }) => ({
    labels,
    firing: anyFiring(firings),
  }));
}
