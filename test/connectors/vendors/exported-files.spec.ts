import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';

import { datadogMonitorFile } from '../../../src/connectors/datadog/monitor-file.js';
import { grafanaRuleFile } from '../../../src/connectors/grafana/provisioned-rule.js';
import { comparedExpression } from '../../../src/connectors/prometheus/rule-file.js';
import { MINUTE } from '../../../src/core/telemetry/time.js';
import type { ExportedSuggestion } from '../../../src/core/thresholds/exported-suggestion.js';
import { anExported } from '../../builders/exported.js';

const floatText = z.string().refine((text) => text !== '' && Number.isFinite(Number(text)));

// Of github.com/DataDog/terraform-provider-datadog, docs/resources/monitor.md: what may be written, and
// of docs.datadoghq.com/api/latest/monitors (Create a monitor): how a metric alert's query is built.
// A key that the provider does not know is an error of terraform's; so strict.
const QUERY =
  /^(avg|min|max)\(last_(?<minutes>\d+)m\):(avg|min|max|sum):[a-zA-Z][\w.]*\{(\*|[\w.-]+:[^{},\s]+(,[\w.-]+:[^{},\s]+)*)\}( by \{\w+(,\w+)*\})? (>|>=|<|<=) (?<number>-?\d+(\.\d+)?)$/;
const monitor = z.strictObject({
  name: z.string(),
  type: z.enum(['metric alert', 'query alert']),
  query: z.string().regex(QUERY),
  message: z.string(),
  monitor_thresholds: z.strictObject({
    critical: floatText,
    critical_recovery: floatText.optional(),
    warning: floatText.optional(),
    warning_recovery: floatText.optional(),
  }),
  include_tags: z.boolean(),
  require_full_window: z.boolean(),
  tags: z.array(z.string().regex(/^[a-zA-Z][^,]{0,199}$/)),
});
const terraform = z.strictObject({
  resource: z.strictObject({
    datadog_monitor: z.record(z.string().regex(/^[a-zA-Z_][\w-]*$/), monitor),
  }),
});

function monitorOf(suggestion: ExportedSuggestion): z.output<typeof monitor> {
  const { resource } = terraform.parse(JSON.parse(datadogMonitorFile(suggestion)));
  const [one] = Object.values(resource.datadog_monitor);
  if (one === undefined) throw new Error('no monitor');
  const { minutes, number } = QUERY.exec(one.query)?.groups ?? {};
  expect(Number(minutes)).toBeGreaterThanOrEqual(1);
  expect(Number(minutes)).toBeLessThanOrEqual(10_080);
  // Datadog refuses a monitor whose query has another number than its critical threshold.
  expect(number).toBe(one.monitor_thresholds.critical);
  return one;
}

// Of github.com/grafana/grafana: pkg/services/provisioning/alerting/rules_types.go (AlertRuleGroupV1,
// AlertRuleV1, QueryV1) and pkg/expr/threshold.go (ThresholdCommandConfig). Keys that Grafana does not
// know it drops without a word; so strict.
const TYPES = ['gt', 'lt', 'gte', 'lte'] as const;
const evaluator = z.strictObject({ type: z.enum(TYPES), params: z.tuple([z.number()]) });
const promDuration = z.string().regex(/^(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/);
const expression = z.discriminatedUnion('type', [
  z.strictObject({
    refId: z.string(),
    type: z.literal('threshold'),
    expression: z.literal('A'),
    conditions: z.tuple([z.strictObject({ evaluator, unloadEvaluator: evaluator.optional() })]),
  }),
  z.strictObject({
    refId: z.string(),
    type: z.literal('math'),
    expression: z.string().regex(/^\$A (>=|<=) -?[\d.e+-]+$/),
  }),
]);
const range = z.strictObject({ from: z.int().positive(), to: z.literal(0) });
const query = z.strictObject({ refId: z.string(), expr: z.string(), instant: z.literal(true) });
const asked = { refId: z.string(), relativeTimeRange: range };
const provisioned = z.strictObject({
  apiVersion: z.literal(1),
  groups: z.tuple([
    z.strictObject({
      orgId: z.int().positive(),
      name: z.string().min(1),
      folder: z.string().min(1),
      interval: promDuration,
      rules: z.tuple([
        z.strictObject({
          uid: z.string().regex(/^[\w-]{1,40}$/),
          title: z.string().min(1),
          condition: z.literal('B'),
          data: z.tuple([
            z.strictObject({ ...asked, datasourceUid: z.string(), model: query }),
            z.strictObject({ ...asked, datasourceUid: z.literal('__expr__'), model: expression }),
          ]),
          noDataState: z.enum(['OK', 'NoData', 'Alerting', 'KeepLast']),
          execErrState: z.enum(['OK', 'Error', 'Alerting', 'KeepLast']),
          for: promDuration,
          keepFiringFor: promDuration.optional(),
          labels: z.record(z.string(), z.string()),
          annotations: z.record(z.string(), z.string()),
        }),
      ]),
    }),
  ]),
});

type GrafanaRule = z.output<typeof provisioned>['groups'][0]['rules'][0];

function grafanaOf(suggestion: ExportedSuggestion): GrafanaRule {
  const text = grafanaRuleFile(suggestion, comparedExpression(suggestion));
  return provisioned.parse(parse(text)).groups[0].rules[0];
}

describe('the Datadog monitor', () => {
  it('has the number of its query as threshold, and a window as long as for', () => {
    expect(monitorOf(anExported({ metric: 'pay.errors', for: 3 * MINUTE }))).toMatchObject({
      query: 'min(last_3m):max:pay.errors{*} > 4.5',
      monitor_thresholds: { critical: '4.5' },
      message: 'PaymentErrors guards checkout / payment: > 4.5',
    });
    const small = anExported({ metric: 'pay.errors{team:pay}' }, { groupBy: ['region', 'pod'] });
    const tiny = { ...small, suggested: { ...small.suggested, threshold: 2.5e-8 } };
    expect(monitorOf(tiny).query).toBe(
      'avg(last_1m):max:pay.errors{team:pay} by {region,pod} > 0.000000025',
    );
    expect(() => datadogMonitorFile(anExported({ expr: 'a > 2' }))).toThrow('rule.metric');
  });

  it('tags what the alert is labelled with, and asks for no series of such labels', () => {
    const one = monitorOf(anExported({ metric: 'errors', labels: { severity: 'page' } }));
    expect(one.query).toContain('errors{*}');
    expect(one.tags).toEqual(
      expect.arrayContaining([
        'severity:page',
        'throughline_suggestion:a-suggestion',
        'throughline_verdict:raise',
      ]),
    );
  });

  it('recovers where the rule does, on the good side of the threshold', () => {
    const of = (rule: object): object => monitorOf(anExported({ metric: 'errors', ...rule }));
    const thresholds = (monitor_thresholds: object): object => ({ monitor_thresholds });
    expect(of({ recovery: 1.5 })).toMatchObject(
      thresholds({ critical: '4.5', critical_recovery: '1.5' }),
    );
    expect(of({ comparison: '<', recovery: 6 })).toMatchObject(
      thresholds({ critical: '4.5', critical_recovery: '6' }),
    );
    expect(of({ recovery: 6 })).toMatchObject({ monitor_thresholds: { critical: '4.5' } });
    expect(of({ recovery: 6 })).not.toHaveProperty('monitor_thresholds.critical_recovery');
  });

  it('says what it does other than the rule', () => {
    const hours = { days: [1, 2], from: 8, to: 18 };
    const rule = { metric: 'errors', for: 90_000, keepFiringFor: 5 * MINUTE };
    const { message } = monitorOf(anExported(rule, { hours }));
    for (const said of ['looks at 2m (for: 1m30s)', 'keep firing for 5m', 'kept to hours']) {
      expect(message).toContain(said);
    }
  });
});

describe("Grafana's provisioned rule", () => {
  it('compares as the rule does, and carries for, keep_firing_for and labels', () => {
    const rule = { metric: 'error_ratio', for: 2 * MINUTE, keepFiringFor: 3 * MINUTE };
    const labels = { severity: 'page', price: '5$' };
    expect(grafanaOf(anExported({ ...rule, labels, name: 'Errors in $' }))).toMatchObject({
      title: 'Errors in $$',
      for: '2m',
      keepFiringFor: '3m',
      labels: { severity: 'page', price: '5$$' },
      annotations: { throughline_suggestion: 'a-suggestion', throughline_verdict: 'raise' },
      data: [
        { datasourceUid: '$PROMETHEUS_UID', model: { expr: 'error_ratio' } },
        {
          model: { type: 'threshold', conditions: [{ evaluator: { type: 'gt', params: [4.5] } }] },
        },
      ],
    });
    expect(grafanaOf(anExported({ metric: 'x', comparison: '<=' })).data[1].model).toEqual({
      refId: 'B',
      type: 'math',
      expression: '$A <= 4.5',
    });
  });

  it.each([
    ['>', 1.5, 'gt', 'lte'],
    ['>=', 1.5, 'gte', 'lt'],
    ['<', 6, 'lt', 'gte'],
    ['<=', 6, 'lte', 'gt'],
  ] as const)(
    'with %s and a recovery ends by the opposite comparison',
    (comparison, recovery, begins, ends) => {
      const { data, annotations } = grafanaOf(anExported({ metric: 'x', comparison, recovery }));
      expect(data[1].model).toMatchObject({
        conditions: [
          {
            evaluator: { type: begins, params: [4.5] },
            unloadEvaluator: { type: ends, params: [recovery] },
          },
        ],
      });
      expect(annotations).not.toHaveProperty('throughline_differs');
    },
  );

  it('says where it does other than the rule', () => {
    const { annotations } = grafanaOf(anExported({ metric: 'x', recovery: 1.5, for: MINUTE }));
    expect(annotations['throughline_differs']).toContain('while pending too');
    const { data } = grafanaOf(anExported({ metric: 'x', recovery: 9 }));
    expect(data[1].model).not.toHaveProperty('conditions.0.unloadEvaluator');
  });
});
