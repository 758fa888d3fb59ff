import { MINUTE, SECOND } from '../telemetry/time.js';
import type { Anomaly } from '../telemetry/anomaly.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { ruleNamed, severityOn, valueAt } from './alert-rules.js';
import type { Onset } from './detections.js';
import type { FalseAlarm } from './false-alarms.js';
import type { Fault } from './fault.js';
import type { Random } from './random-stream.js';
import { hashText, logNormal, opaqueId, randomStream } from './random-stream.js';
import { serviceNamed } from './simulated-services.js';

/** An anomaly with all that is ever learned of it, and when which part became known. */
export interface PlannedAnomaly {
  readonly anomaly: Anomaly & { readonly endedAt: Instant; readonly peakValue: number };
  /** When it was first heard of, without its end and peak. */
  readonly receivedAt: Instant;
  /** When its end and peak were. */
  readonly closedAt: Instant;
  readonly faultId: string | null;
  readonly root: boolean;
}

interface Firing {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

const FLAPPING = 0.16;
const SHORTEST = 2 * MINUTE;

/** A firing, or two with a gap below a quarter of an hour: the same trouble flapping. */
function firings(random: Random, whole: Firing): Firing[] {
  const flaps = random() < FLAPPING;
  const place = 0.3 + 0.4 * random();
  const gap: Duration = Math.round((3 + 9 * random()) * MINUTE);
  const { startedAt, endedAt } = whole;
  const pause = startedAt + Math.round((endedAt - startedAt) * place);
  if (!flaps || pause + gap + SHORTEST > endedAt) return [whole];
  return [
    { startedAt, endedAt: pause },
    { startedAt: pause + gap, endedAt },
  ];
}

function lag(random: Random): Duration {
  return Math.round(logNormal(random, 12 * SECOND, 0.5));
}

function detectorFields(onset: Onset, random: Random): Pick<Anomaly, 'score' | 'confidence'> {
  const jitter = random();
  if (ruleNamed(onset.rule).source !== 'detector') return {};
  const score = 1 - Math.exp(-1 - onset.excess);
  return {
    score: Number(score.toFixed(3)),
    confidence: Number((0.4 + 0.35 * score + 0.2 * jitter).toFixed(2)),
  };
}

function labelsOf({ rule, service, segment }: Onset): Record<string, string> {
  const { team } = serviceNamed(service);
  return {
    alertname: rule,
    service,
    team,
    env: 'production',
    ...(segment === null ? {} : { segment }),
  };
}

function fingerprintOf({ rule, service, segment }: Onset): string {
  const text = `${rule}/${service}/${segment ?? ''}`;
  return hashText(text).toString(16).padStart(8, '0');
}

function planned(seed: number, onset: Onset, firing: Firing): PlannedAnomaly {
  const { rule, service, segment, faultId, root } = onset;
  const id = `al-${opaqueId(seed, `${rule}/${service}/${segment ?? ''}/${firing.startedAt}`)}`;
  const random = randomStream(seed, `anomaly/${id}`);
  const { source, metric, threshold, comparison } = ruleNamed(rule);
  const growth = 0.4 * random();
  return {
    anomaly: {
      id,
      source,
      name: rule,
      fingerprint: fingerprintOf(onset),
      metric,
      value: valueAt(rule, onset.excess),
      peakValue: valueAt(rule, onset.excess + growth),
      threshold,
      comparison,
      severity: severityOn(rule, service),
      ...detectorFields(onset, random),
      labels: labelsOf(onset),
      annotations: { summary: `${rule} on ${service}` },
      ...(segment === null ? {} : { segment }),
      ...firing,
    },
    receivedAt: firing.startedAt + lag(random),
    closedAt: firing.endedAt + lag(random),
    faultId,
    root,
  };
}

/** The anomalies of an onset that fires until the given time. */
function anomaliesOf(seed: number, onset: Onset, endedAt: Instant): PlannedAnomaly[] {
  const { rule, service, segment, startedAt } = onset;
  const random = randomStream(seed, `flap/${rule}/${service}/${segment ?? ''}/${startedAt}`);
  const last = Math.max(endedAt, startedAt + SHORTEST);
  return firings(random, { startedAt, endedAt: last }).map((each) => planned(seed, onset, each));
}

/** The anomalies of a fault: alerts that had not fired when it was over never do. */
export function anomaliesOfFault(
  seed: number,
  fault: Fault,
  onsets: readonly Onset[],
): PlannedAnomaly[] {
  return onsets
    .filter(({ startedAt }) => startedAt < fault.endedAt)
    .flatMap((onset) => {
      const random = randomStream(seed, `recovery/${fault.id}/${onset.rule}/${onset.service}`);
      const recovery = Math.round(logNormal(random, 4, 0.4) * MINUTE);
      return anomaliesOf(seed, onset, fault.endedAt + recovery);
    });
}

/** The anomalies of a false alarm. */
export function anomaliesOfFalseAlarm(
  seed: number,
  { onset, lasts }: FalseAlarm,
): PlannedAnomaly[] {
  return anomaliesOf(seed, onset, onset.startedAt + lasts);
}
