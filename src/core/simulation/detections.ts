import { MINUTE } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import { normal } from '../statistics/random.js';
import type { RuleName } from './alert-rules.js';
import type { Fault, FaultKind } from './fault.js';
import type { Random } from './random-stream.js';
import { logNormal, randomStream } from './random-stream.js';
import { callersOf, serviceNamed } from './simulated-services.js';

/** An alert that will start, before it is known when it ends. */
export interface Onset {
  readonly rule: RuleName;
  readonly service: string;
  readonly segment: string | null;
  readonly startedAt: Instant;
  /** How far beyond the threshold, as valueAt takes it. */
  readonly excess: number;
  /** The fault behind it, or null for a false alarm. */
  readonly faultId: string | null;
  /** Whether it fired on the service that is at fault, not on a caller. */
  readonly root: boolean;
}

interface Trigger {
  readonly rule: RuleName;
  readonly probability: number;
  /** Median minutes from the fault to the alert. */
  readonly minutes: number;
}

const trigger = (rule: RuleName, probability: number, minutes: number): Trigger => ({
  rule,
  probability,
  minutes,
});

/** What a fault sets off on its own service. */
const TRIGGERS: Readonly<Record<FaultKind, readonly Trigger[]>> = {
  latency: [trigger('HighLatency', 0.92, 4), trigger('TrafficDeviation', 0.12, 9)],
  errors: [trigger('HighErrorRate', 0.93, 3), trigger('SyntheticCheckFailed', 0.3, 5)],
  outage: [
    trigger('InstanceDown', 0.9, 2),
    trigger('HighErrorRate', 0.6, 3),
    trigger('SyntheticCheckFailed', 0.4, 4),
  ],
  'bad-release': [
    trigger('HighErrorRate', 0.75, 5),
    trigger('PodRestarts', 0.35, 4),
    trigger('HighLatency', 0.25, 7),
  ],
  saturation: [
    trigger('HighLatency', 0.8, 6),
    trigger('CpuSaturation', 0.7, 5),
    trigger('QueueBacklog', 0.3, 10),
  ],
  segment: [trigger('HighErrorRate', 0.85, 10), trigger('SyntheticCheckFailed', 0.15, 12)],
  leak: [
    trigger('MemoryPressure', 0.85, 45),
    trigger('HighLatency', 0.45, 80),
    trigger('PodRestarts', 0.35, 100),
  ],
};

/** What a fault sets off on the services that call the one at fault. */
const ECHOES: Partial<Record<FaultKind, Trigger>> = {
  latency: trigger('HighLatency', 0.45, 7),
  errors: trigger('HighErrorRate', 0.55, 6),
  outage: trigger('HighErrorRate', 0.75, 4),
  'bad-release': trigger('HighErrorRate', 0.4, 8),
  saturation: trigger('HighLatency', 0.5, 9),
};

/** The harder the fault, the further beyond the threshold, with much noise. */
function excessOf(random: Random, fault: Fault): number {
  return Math.max(0.02, 0.35 + 0.5 * fault.strength + 0.4 * normal(random));
}

function fired(random: Random, fault: Fault, { minutes, rule }: Trigger, service: string): Onset {
  const startedAt = fault.startedAt + Math.round(logNormal(random, minutes, 0.45) * MINUTE);
  return {
    rule,
    service,
    segment: fault.segment,
    startedAt,
    excess: excessOf(random, fault),
    faultId: fault.id,
    root: service === fault.service,
  };
}

/** The alerts that a fault sets off if it runs its course; none for a fault that telemetry misses. */
export function detect(seed: number, fault: Fault): Onset[] {
  const own = randomStream(seed, `detect/${fault.id}`);
  const seen = own() < serviceNamed(fault.service).observability;
  const onsets = TRIGGERS[fault.kind].flatMap((each) => {
    const hit = own() < each.probability;
    const onset = fired(own, fault, each, fault.service);
    return seen && hit ? [onset] : [];
  });
  const echo = ECHOES[fault.kind];
  if (echo === undefined) return onsets;
  const echoes = callersOf(fault.service).flatMap(([caller, share]) => {
    const random = randomStream(seed, `echo/${fault.id}/${caller.name}`);
    const hit = random() < echo.probability * Math.min(1, 2 * share);
    const onset = fired(random, fault, echo, caller.name);
    return seen && hit ? [onset] : [];
  });
  return [...onsets, ...echoes].filter(({ startedAt }) => startedAt < fault.naturalEnd);
}
