import type { Severity } from '../telemetry/anomaly.js';
import { SEVERITIES } from '../telemetry/anomaly.js';
import { MINUTE } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { severityOn } from './alert-rules.js';
import type { Onset } from './detections.js';
import type { Fault } from './fault.js';
import { ARRIVAL, exposureAt } from './harm-index.js';
import type { Random } from './random-stream.js';
import { logNormal, randomStream } from './random-stream.js';
import { JOURNEYS } from './simulated-journeys.js';

/** How people handled a fault, or null where nobody did. */
export interface Response {
  readonly severity: Severity;
  readonly detectedAt: Instant;
  readonly acknowledgedAt: Instant;
  readonly mitigatedAt: Instant | null;
  readonly resolvedAt: Instant;
}

const PAGED: Readonly<Record<Severity, number>> = {
  info: 0.1,
  warning: 0.45,
  error: 0.75,
  critical: 0.95,
};
/** Exposure times strength from which customers complain. */
const NOTICED = 0.25;
const MITIGABLE = 0.6;

function minutes(random: Random, median: number, sigma: number): Duration {
  return Math.round(logNormal(random, median, sigma) * MINUTE);
}

function worstSeverity(onsets: readonly Onset[]): Severity {
  const levels = onsets.map(({ rule, service }) => SEVERITIES.indexOf(severityOn(rule, service)));
  return SEVERITIES[Math.max(0, ...levels)] ?? 'info';
}

/** The greatest share of conversions that the fault can take at any stage. */
function pain(fault: Fault): number {
  const exposures = JOURNEYS.flatMap(({ stages }, journey) =>
    [ARRIVAL, ...stages.keys()].map((stage) => exposureAt(fault, journey, stage)),
  );
  return fault.strength * Math.max(...exposures);
}

/** When somebody took notice: by the first alert, else by customers' complaints. */
function detection(random: Random, fault: Fault, onsets: readonly Onset[]): Instant | null {
  const painful = pain(fault) >= NOTICED;
  const chance = random();
  const complaint = fault.startedAt + minutes(random, 60, 0.4);
  const afterAlert = minutes(random, 2, 0.4);
  if (onsets.length === 0) return painful && chance < 0.55 ? complaint : null;
  const probability = PAGED[worstSeverity(onsets)] + (painful ? 0.3 : 0);
  if (chance >= probability) return null;
  return Math.min(...onsets.map(({ startedAt }) => startedAt)) + afterAlert;
}

/** What people do about a fault; a mitigation before its natural end cuts it short. */
export function respond(seed: number, fault: Fault, onsets: readonly Onset[]): Response | null {
  const random = randomStream(seed, `response/${fault.id}`);
  const detectedAt = detection(random, fault, onsets);
  const severity = onsets.length === 0 ? 'error' : worstSeverity(onsets);
  const acknowledge = minutes(random, severity === 'critical' ? 4 : 7, 0.5);
  const repair = minutes(random, 32, 0.5);
  const mitigable = random() < MITIGABLE;
  const afterwards = minutes(random, 20, 0.5);
  if (detectedAt === null || detectedAt >= fault.naturalEnd) return null;
  const acknowledgedAt = detectedAt + acknowledge;
  const mitigated = acknowledgedAt + repair;
  const mitigatedAt = mitigable && mitigated < fault.naturalEnd ? mitigated : null;
  const over = Math.max(mitigatedAt ?? fault.naturalEnd, acknowledgedAt);
  return { severity, detectedAt, acknowledgedAt, mitigatedAt, resolvedAt: over + afterwards };
}
