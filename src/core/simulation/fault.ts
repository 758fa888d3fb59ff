import type { Instant } from '../telemetry/time.js';
import { MINUTE } from '../telemetry/time.js';

export const FAULT_KINDS = [
  'latency',
  'errors',
  'outage',
  'bad-release',
  'saturation',
  'segment',
  'leak',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Something that truly goes wrong, whether or not anybody or anything notices. */
export interface Fault {
  readonly id: string;
  readonly kind: FaultKind;
  readonly service: string;
  /** The only segment that suffers, or null for all. */
  readonly segment: string | null;
  readonly changeId: string | null;
  readonly startedAt: Instant;
  /** Whether it came after the drift of meaning. */
  readonly drifted: boolean;
  /** When it would end by itself. */
  readonly naturalEnd: Instant;
  /** When it ends: earlier where people mitigate it. */
  readonly endedAt: Instant;
  /** Relative drop at full exposure; drawn log-normally around the median of its kind. */
  readonly strength: number;
}

interface KindShape {
  /** Median relative drop at full exposure and the spread of its logarithm. */
  readonly median: number;
  readonly sigma: number;
  /** Median duration in minutes and the spread of its logarithm. */
  readonly minutes: number;
  readonly spread: number;
}

/** How strong and how long faults of a kind are. */
export const KIND_SHAPES: Readonly<Record<FaultKind, KindShape>> = {
  latency: { median: 0.45, sigma: 0.4, minutes: 80, spread: 0.5 },
  errors: { median: 0.8, sigma: 0.3, minutes: 70, spread: 0.5 },
  outage: { median: 1.15, sigma: 0.05, minutes: 60, spread: 0.5 },
  'bad-release': { median: 0.8, sigma: 0.4, minutes: 90, spread: 0.5 },
  saturation: { median: 0.85, sigma: 0.35, minutes: 90, spread: 0.35 },
  segment: { median: 0.85, sigma: 0.15, minutes: 120, spread: 0.5 },
  leak: { median: 0.95, sigma: 0.3, minutes: 200, spread: 0.35 },
};

const RAMP = 2 * MINUTE;

/** The fault's course between 0 and 1 at a load of the shop: leaks grow, saturation follows load. */
function course(fault: Fault, at: Instant, load: number): number {
  const age = at - fault.startedAt;
  switch (fault.kind) {
    case 'leak':
      return Math.pow(age / (fault.naturalEnd - fault.startedAt), 0.8);
    case 'saturation':
      return Math.min(1, Math.max(0, (load - 0.4) / 0.4));
    case 'latency':
    case 'errors':
    case 'outage':
    case 'bad-release':
    case 'segment':
      return Math.min(1, age / RAMP);
  }
}

/** Slowness drives people on phones away sooner. */
function patience(fault: Fault, segment: string): number {
  if (fault.segment !== null) return fault.segment === segment ? 1 : 0;
  if (fault.kind !== 'latency') return 1;
  return segment === 'mobile' ? 1.2 : 0.8;
}

/** Who feels a fault, where, and when. */
export interface Victim {
  readonly exposure: number;
  readonly segment: string;
  readonly at: Instant;
  readonly load: number;
}

/** The share of conversions that the fault takes at that moment, 0..1. */
export function harmOf(fault: Fault, { exposure, segment, at, load }: Victim): number {
  if (exposure === 0 || at < fault.startedAt || at >= fault.endedAt) return 0;
  const share = fault.strength * exposure * patience(fault, segment) * course(fault, at, load);
  return Math.min(1, share);
}
