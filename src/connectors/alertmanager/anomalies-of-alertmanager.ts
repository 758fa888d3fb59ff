import type { z } from 'zod';

import type { Anomaly, Comparison, Labels, Severity } from '../../core/telemetry/anomaly.js';
import { COMPARISONS } from '../../core/telemetry/anomaly.js';
import type { WebhookAlert } from './webhook-body.js';
import { webhookAlert, webhookBody } from './webhook-body.js';

/** An alert that could not be read: its place in `alerts` and what is wrong (RFC 6901 pointer). */
interface AlertRejection {
  readonly index: number;
  readonly code: string;
  readonly pointer: string;
  readonly detail: string;
}

/** What a notification says. */
export interface AlertmanagerNotification {
  readonly anomalies: Anomaly[];
  readonly rejected: AlertRejection[];
  /** Alerts that Alertmanager left out (`max_alerts`): above zero, absence is not resolution. */
  readonly truncated: number;
}

const SEVERITY_WORDS: ReadonlyMap<string, Severity> = new Map([
  ['page', 'critical'],
  ['critical', 'critical'],
  ['high', 'critical'],
  ['error', 'error'],
  ['warning', 'warning'],
  ['warn', 'warning'],
]);

/** A word we do not know is information; an alert that says nothing still paged somebody: a warning. */
function severityOf(labels: Labels): Severity {
  const word = labels['severity'];
  if (word === undefined || word === '') return 'warning';
  return SEVERITY_WORDS.get(word.toLowerCase()) ?? 'info';
}

/** `{{ $value }}` prints a plain number; humanised text and infinities are not numbers to compare. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function comparisonOf(text: string | undefined): Comparison | undefined {
  return COMPARISONS.find((comparison) => comparison === text);
}

/** Drops what is absent, so that a later notification never blanks a field. */
function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>;
}

function anomalyOf(alert: WebhookAlert, source: string): Anomaly {
  const { labels, annotations, fingerprint, startsAt } = alert;
  const name = labels['alertname'];
  return {
    // A fingerprint is the label set: the same alert firing again differs only in its start.
    id: `${fingerprint}-${startsAt}`,
    source,
    // Rules without a name stay apart by their labels.
    name: name === undefined || name === '' ? fingerprint : name,
    fingerprint,
    severity: severityOf(labels),
    labels,
    annotations,
    startedAt: startsAt,
    ...present({
      metric: annotations['metric'] ?? labels['metric'],
      value: numberOf(annotations['value']),
      threshold: numberOf(annotations['threshold']),
      comparison: comparisonOf(annotations['comparison']),
      segment: labels['segment'],
      // While it fires, the end is 0001-01-01 or Prometheus's guess at when to give up.
      endedAt: alert.status === 'resolved' ? alert.endsAt : undefined,
    }),
  };
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function has(body: unknown, path: readonly PropertyKey[]): boolean {
  let value = body;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value !== undefined;
}

function rejectionOf(
  issue: z.core.$ZodIssue | undefined,
  body: unknown,
  place: { index: number; base: readonly PropertyKey[] },
): AlertRejection {
  const { index, base } = place;
  const path = [...base, ...(issue?.path ?? [])];
  const pointer = pointerOf(path);
  if (!has(body, path)) return { index, code: 'required', pointer, detail: 'is missing' };
  const code = issue?.code === 'invalid_type' ? 'wrong-type' : 'invalid';
  return { index, code, pointer, detail: issue?.message ?? 'is invalid' };
}

/** A resolved alert without a usable end would stay open for ever. */
function endProblem(alert: WebhookAlert, index: number): AlertRejection | null {
  if (alert.status === 'firing') return null;
  const pointer = `/alerts/${index}/endsAt`;
  if (alert.endsAt === undefined) {
    return { index, code: 'bad-time', pointer, detail: 'is missing or not a time' };
  }
  if (alert.endsAt >= alert.startsAt) return null;
  return { index, code: 'bad-time', pointer, detail: 'lies before startsAt' };
}

/**
 * Reads a notification of Alertmanager's webhook receiver (version 4), alert by alert; keys that it
 * does not know are passed over.
 *
 * Never throws: a body that is no notification gives no anomalies and one rejection at index 0.
 */
export function anomaliesOfAlertmanager(body: unknown, source: string): AlertmanagerNotification {
  const envelope = webhookBody.safeParse(body);
  if (!envelope.success) {
    const rejection = rejectionOf(envelope.error.issues[0], body, { index: 0, base: [] });
    return { anomalies: [], rejected: [rejection], truncated: 0 };
  }
  const anomalies: Anomaly[] = [];
  const rejected: AlertRejection[] = [];
  envelope.data.alerts.forEach((item, index) => {
    const alert = webhookAlert.safeParse(item);
    const problem = alert.success
      ? endProblem(alert.data, index)
      : rejectionOf(alert.error.issues[0], body, { index, base: ['alerts', index] });
    if (problem !== null) rejected.push(problem);
    else if (alert.success) anomalies.push(anomalyOf(alert.data, source));
  });
  return { anomalies, rejected, truncated: envelope.data.truncatedAlerts };
}
