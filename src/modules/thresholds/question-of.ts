import type { ParsedComparison } from '../../connectors/prometheus/comparison.js';
import { parseComparison } from '../../connectors/prometheus/comparison.js';
import type { AddressGuard } from '../../connectors/prometheus/address-guard.js';
import { serverAddress } from '../../connectors/prometheus/ask-server.js';
import { Problem } from '../../core/errors/problem.js';
import type { LabelledHistory } from '../../core/thresholds/series-groups.js';
import type {
  HistorySource,
  QuestionedRule,
  ThresholdQuestion,
} from '../../core/thresholds/threshold-question.js';
import { IMPACT_SCORE } from '../../core/thresholds/threshold-question.js';
import type { RuleBody } from '../../wire/alert-rule.js';
import type { BacktestBody, SeriesBody, SuggestionBody } from '../../wire/threshold-question.js';

/** A question with the series that were sent along. */
export interface AskedThreshold {
  readonly question: ThresholdQuestion;
  readonly series: readonly LabelledHistory[];
}

function refuse(pointer: string, code: string, detail: string): never {
  throw new Problem(422, code, detail, { fields: [{ pointer, code, detail }] });
}

/** Without a comparison the expression may still be what is compared. */
const MAY_BE_COMPARED: ReadonlySet<string> = new Set(['no-comparison']);

function comparisonIn(rule: RuleBody): ParsedComparison | null {
  if (rule.expr === undefined) return null;
  const found = parseComparison(rule.expr);
  if (!('code' in found)) return found;
  const isTold = rule.comparison !== undefined && rule.threshold !== undefined;
  if (isTold && MAY_BE_COMPARED.has(found.code)) return null;
  return refuse('/rule/expr', found.code, found.reason);
}

/** The rule with comparison and threshold, from the expression where it holds them. */
function ruleOf(rule: RuleBody): QuestionedRule {
  const found = comparisonIn(rule);
  const { comparison = found?.comparison, threshold = found?.threshold } = rule;
  if (comparison === undefined) return refuse('/rule/comparison', 'required', 'is missing');
  if (threshold === undefined || !Number.isFinite(threshold)) {
    return refuse('/rule/threshold', 'required', 'is missing, or no finite number');
  }
  refuseOther(found, { comparison, threshold });
  return { ...rule, comparison, threshold };
}

/** Comparison and threshold that are told beside an expression must be those that it holds. */
function refuseOther(
  found: ParsedComparison | null,
  told: Pick<QuestionedRule, 'comparison' | 'threshold'>,
): void {
  if (found === null) return;
  if (found.comparison === told.comparison && found.threshold === told.threshold) return;
  const detail = `the expression compares with ${found.comparison} ${found.threshold}`;
  refuse('/rule/expr', 'inconsistent', detail);
}

type SamplePoints = readonly (readonly [number, number | null])[];

function historyOf(points: SamplePoints, pointer: string): LabelledHistory['history'] {
  const sorted = [...points].sort(([one], [other]) => one - other);
  const twice = sorted.findIndex(([at], i) => at === sorted[i - 1]?.[0]);
  if (twice >= 0) {
    const at = new Date(sorted[twice]?.[0] ?? 0).toISOString();
    return refuse(pointer, 'unordered-history', `two samples have the time ${at}`);
  }
  return {
    at: Float64Array.from(sorted, ([at]) => at),
    values: Float64Array.from(sorted, ([, value]) => value ?? Number.NaN),
  };
}

function refuseEmpty(series: readonly LabelledHistory[]): void {
  if (series.every(({ history }) => history.at.length === 0)) {
    refuse('/series', 'empty-history', 'the series hold no sample');
  }
}

function sentSeries(body: SeriesBody | undefined): LabelledHistory[] {
  if (body === undefined || 'prometheus' in body) return [];
  const series = Array.isArray(body)
    ? body.map(({ labels, points }, i) => ({
        labels,
        history: historyOf(points, `/series/${i}/points`),
      }))
    : [{ labels: {}, history: historyOf(body.points, '/series/points') }];
  refuseEmpty(series);
  return series;
}

function refuseQuery(
  { url, query, from, to, step }: NonNullable<ThresholdQuestion['prometheus']>,
  guard: AddressGuard,
): void {
  serverAddress(url, guard);
  const found = parseComparison(query);
  if (!('code' in found)) {
    const detail = `the comparison would cut the history off: ask for ${found.left}`;
    refuse('/series/prometheus/query', 'filtered-query', detail);
  }
  if (found.code === 'bad-expression') {
    refuse('/series/prometheus/query', found.code, found.reason);
  }
  if (to - from < step)
    refuse('/series/prometheus/to', 'bad-range', 'the range holds no two steps');
}

function sourceOf(series: SeriesBody | undefined, rule: RuleBody): HistorySource {
  if (series !== undefined) return 'prometheus' in series ? 'prometheus' : 'points';
  return rule.metric === IMPACT_SCORE ? 'impact-score' : 'alerts';
}

/**
 * What a body asks for.
 *
 * @throws Problem 422 that names the field
 */
export function questionOf(
  body: BacktestBody | SuggestionBody,
  guard: AddressGuard,
): AskedThreshold {
  const { series: sent, ...asked } = body;
  const rule = ruleOf(asked.rule);
  const source = sourceOf(sent, asked.rule);
  if (source === 'impact-score' && !rule.comparison.startsWith('>')) {
    return refuse(
      '/rule/comparison',
      'inconsistent',
      'a high impact score is the bad one: > or >=',
    );
  }
  const prometheus = sent !== undefined && 'prometheus' in sent ? sent.prometheus : undefined;
  if (prometheus !== undefined) refuseQuery(prometheus, guard);
  const series = sentSeries(sent);
  const seriesLabels = source === 'points' ? series.map(({ labels }) => labels) : undefined;
  const goals = { confidence: 0.9, seed: 0, ...asked };
  return { question: { ...goals, rule, source, prometheus, seriesLabels }, series };
}
