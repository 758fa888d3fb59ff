import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { anomaliesOfAlertmanager } from '../../../src/connectors/alertmanager/anomalies-of-alertmanager.js';

const START = '2026-11-20T08:30:00.123456789Z';
const START_MS = Date.UTC(2026, 10, 20, 8, 30, 0, 123);

// As Alertmanager 0.25 sends it, with keys of later versions added.
function anAlert(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    status: 'firing',
    labels: { alertname: 'PaymentErrors', service: 'payment', severity: 'critical' },
    annotations: { summary: 'payment fails', value: '0.31', threshold: '0.05' },
    startsAt: START,
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus:9090/graph?g0.expr=x',
    fingerprint: 'c0ffee1234567890',
    ...overrides,
  };
}

function aNotification(alerts: unknown[], overrides: Record<string, unknown> = {}): unknown {
  return {
    version: '4',
    groupKey: '{}:{alertname="PaymentErrors"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'throughline',
    groupLabels: { alertname: 'PaymentErrors' },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager:9093',
    notification_reason: 'new_alerts',
    routeLabels: { team: 'shop' },
    alerts,
    ...overrides,
  };
}

const read = (body: unknown): ReturnType<typeof anomaliesOfAlertmanager> =>
  anomaliesOfAlertmanager(body, 'prom-eu');

function firstOf(overrides: Record<string, unknown>) {
  const { anomalies, rejected } = read(aNotification([anAlert(overrides)]));
  expect(rejected).toEqual([]);
  const [first] = anomalies;
  if (first === undefined) throw new Error('no anomaly');
  return first;
}

const withLabels = (labels: Record<string, string>) => firstOf({ labels });

describe('anomaliesOfAlertmanager', () => {
  it('reads a firing alert, whatever its end says', () => {
    const expected = {
      id: `c0ffee1234567890-${START_MS}`,
      source: 'prom-eu',
      name: 'PaymentErrors',
      fingerprint: 'c0ffee1234567890',
      value: 0.31,
      threshold: 0.05,
      severity: 'critical',
      labels: { alertname: 'PaymentErrors', service: 'payment', severity: 'critical' },
      annotations: { summary: 'payment fails', value: '0.31', threshold: '0.05' },
      startedAt: START_MS,
    };
    for (const endsAt of ['0001-01-01T00:00:00Z', '2026-11-20T08:34:00Z', 'soon', undefined]) {
      expect(firstOf({ endsAt })).toStrictEqual(expected);
    }
  });

  it('reads the end of a resolved alert under the same id', () => {
    const firing = firstOf({});
    const resolved = firstOf({ status: 'resolved', endsAt: '2026-11-20T11:00:00.5+02:00' });
    expect(resolved).toStrictEqual({ ...firing, endedAt: Date.UTC(2026, 10, 20, 9, 0, 0, 500) });
  });

  it('gives the same alert a new id when it fires again', () => {
    const again = firstOf({ startsAt: '2026-11-20T09:00:00Z' });
    expect(again.id).not.toBe(firstOf({}).id);
    expect(again.fingerprint).toBe(firstOf({}).fingerprint);
  });

  it.each([
    ['page', 'critical'],
    ['critical', 'critical'],
    ['High', 'critical'],
    ['error', 'error'],
    ['WARNING', 'warning'],
    ['warn', 'warning'],
    ['info', 'info'],
    ['ticket', 'info'],
    ['', 'warning'],
  ])('maps the severity %s to %s', (severity, expected) => {
    expect(withLabels({ alertname: 'A', severity }).severity).toBe(expected);
  });

  it('takes a missing severity for a warning', () => {
    expect(withLabels({ alertname: 'A' }).severity).toBe('warning');
  });

  it('names an alert without a name by its fingerprint', () => {
    expect(withLabels({ service: 'payment' }).name).toBe('c0ffee1234567890');
  });

  it('takes the segment from the labels, metric and comparison from the annotations', () => {
    const anomaly = firstOf({
      labels: { alertname: 'A', segment: 'mobile' },
      annotations: { metric: 'payment_errors', comparison: '>=', value: ' 1.2e+03 ' },
    });
    expect(anomaly).toMatchObject({
      segment: 'mobile',
      metric: 'payment_errors',
      comparison: '>=',
      value: 1200,
    });
  });

  it.each(['+Inf', 'NaN', '1.234k', '12.5%', '', ' '])('takes %p for no number', (value) => {
    expect(firstOf({ annotations: { value } })).not.toHaveProperty('value');
  });

  it('keeps the good alerts and points at the bad ones', () => {
    const { fingerprint: _fingerprint, ...anonymous } = anAlert();
    const { anomalies, rejected } = read(
      aNotification([
        anAlert(),
        anonymous,
        anAlert({ startsAt: 'yesterday' }),
        anAlert({ labels: { 'a/b~c': 3 } }),
        anAlert({ status: 'resolved', endsAt: '2026-11-20T08:00:00Z' }),
        anAlert({ status: 'resolved', endsAt: undefined }),
        'noise',
        anAlert({ labels: { alertname: 'nul\0' } }),
        anAlert({ fingerprint: 'last' }),
      ]),
    );
    expect(anomalies.map(({ fingerprint }) => fingerprint)).toEqual(['c0ffee1234567890', 'last']);
    expect(rejected.map(({ index, code, pointer }) => [index, code, pointer])).toEqual([
      [1, 'required', '/alerts/1/fingerprint'],
      [2, 'invalid', '/alerts/2/startsAt'],
      [3, 'wrong-type', '/alerts/3/labels/a~1b~0c'],
      [4, 'bad-time', '/alerts/4/endsAt'],
      [5, 'bad-time', '/alerts/5/endsAt'],
      [6, 'wrong-type', '/alerts/6'],
      [7, 'invalid', '/alerts/7/labels/alertname'],
    ]);
  });

  it('reports how many alerts were left out', () => {
    expect(read(aNotification([], { truncatedAlerts: 12 })).truncated).toBe(12);
    expect(read(aNotification([], { truncatedAlerts: undefined })).truncated).toBe(0);
  });

  it.each([
    [null, ''],
    [[], ''],
    [{ alerts: {} }, '/alerts'],
    [{}, '/alerts'],
  ])('rejects %j as a whole', (body, pointer) => {
    const { anomalies, rejected } = read(body);
    expect(anomalies).toEqual([]);
    expect(rejected).toMatchObject([{ index: 0, pointer }]);
  });

  it('accounts for every alert of any body and never throws', () => {
    const soup = fc.oneof(
      fc.jsonValue(),
      fc.record({
        status: fc.constantFrom('firing', 'resolved', 'odd'),
        labels: fc.dictionary(fc.string(), fc.string()),
        startsAt: fc.oneof(fc.constant(START), fc.string()),
        fingerprint: fc.string(),
      }),
    );
    fc.assert(
      fc.property(fc.array(soup), (alerts) => {
        const { anomalies, rejected } = read(JSON.parse(JSON.stringify({ alerts })));
        expect(anomalies.length + rejected.length).toBe(alerts.length);
      }),
    );
  });
});
