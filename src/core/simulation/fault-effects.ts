import { normalQuantile } from '../statistics/special-functions.js';
import { MINUTE } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import { CELL, healthyFlow, lostFlow } from './expected-flow.js';
import type { HealthyFlow, StageFlow, Stretch } from './expected-flow.js';
import type { Fault } from './fault.js';
import { KIND_SHAPES } from './fault.js';
import { ARRIVAL, exposureAt, harmIndex } from './harm-index.js';
import { minLossAt } from './defined-journeys.js';
import type { StageBehaviour } from './journey-behaviour.js';
import { JOURNEYS } from './simulated-journeys.js';
import type { Traffic } from './traffic.js';

/** What a fault truly does to one stage, in expectation over customers. */
export interface StageEffect {
  readonly journey: string;
  readonly stage: string;
  readonly failure: boolean;
  /** Share of the strengths that a fault of this kind, place, time and length can have that fail. */
  readonly probability: number;
  /** Expected conversions that the fault takes, over all its time. */
  readonly conversionsLost: number;
  /** The failure window, or the fault's time where there is none. */
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

const SHORTEST = 10 * MINUTE;
const GAP = 15 * MINUTE;
const STRENGTHS = 9;

interface Run {
  readonly first: number;
  last: number;
  lost: number;
}

/** The run of cells below the criterion that loses most; gaps under 15 minutes are bridged. */
function worstRun({ expected, lost }: StageFlow, minRelativeDrop: number): Run | null {
  const runs: Run[] = [];
  lost.forEach((count, cell) => {
    const usual = expected[cell] ?? 0;
    if (usual <= 0 || count / usual < minRelativeDrop) return;
    const open = runs.at(-1);
    if (open !== undefined && (cell - open.last - 1) * CELL < GAP) {
      open.last = cell;
      open.lost += count;
    } else runs.push({ first: cell, last: cell, lost: count });
  });
  const long = runs.filter(({ first, last }) => (last - first + 1) * CELL >= SHORTEST);
  return long.reduce<Run | null>(
    (worst, run) => (run.lost > (worst?.lost ?? 0) ? run : worst),
    null,
  );
}

function failing(flow: StageFlow, stage: StageBehaviour, scale: number): Run | null {
  const run = worstRun(flow, stage.minRelativeDrop);
  return run !== null && run.lost >= minLossAt(stage, scale) ? run : null;
}

/** Time before a fault for the pipes to fill, and after it for the gap to run through. */
function stretchOf(fault: Fault, journey: number): Stretch {
  const stages = JOURNEYS[journey]?.stages ?? [];
  const through = stages.slice(0, -1).reduce((sum, { window }) => sum + window, 0);
  const from = Math.floor((fault.startedAt - through) / CELL) * CELL;
  return { from, cells: Math.ceil((fault.endedAt + through - from) / CELL) };
}

function touches(fault: Fault, journey: number): boolean {
  const stages = JOURNEYS[journey]?.stages ?? [];
  return [ARRIVAL, ...stages.keys()].some((stage) => exposureAt(fault, journey, stage) > 0);
}

interface Assessment {
  readonly fault: Fault;
  readonly journey: number;
  readonly traffic: Traffic;
  readonly scale: number;
}

/** How often each stage would fail over the strengths that such a fault can have. */
function failureShares(
  { fault, journey, traffic, scale }: Assessment,
  healthy: HealthyFlow,
): number[] {
  const { median, sigma } = KIND_SHAPES[fault.kind];
  const stages = JOURNEYS[journey]?.stages ?? [];
  const failures = stages.map(() => 0);
  // The strongest first: where it breaks nothing, no weaker one does.
  for (let i = STRENGTHS - 1; i >= 0; i -= 1) {
    const strength = median * Math.exp(sigma * normalQuantile((i + 0.5) / STRENGTHS));
    const flows = lostFlow(healthy, harmIndex([{ ...fault, strength }], traffic));
    const broken = stages.map((stage, index) => {
      const flow = flows[index];
      return flow !== undefined && failing(flow, stage, scale) !== null;
    });
    broken.forEach((isBroken, index) => {
      failures[index] = (failures[index] ?? 0) + (isBroken ? 1 : 0);
    });
    if (!broken.includes(true)) break;
  }
  return failures.map((count) => count / STRENGTHS);
}

function effectsOn(assessment: Assessment): StageEffect[] {
  const { fault, journey, traffic, scale } = assessment;
  const behaviour = JOURNEYS[journey];
  if (behaviour === undefined || !touches(fault, journey)) return [];
  const stretch = stretchOf(fault, journey);
  const healthy = healthyFlow(journey, stretch, traffic);
  const flows = lostFlow(healthy, harmIndex([fault], traffic));
  const shares = failureShares(assessment, healthy);
  // The last stage leads nowhere: it has no conversions to lose.
  return behaviour.stages.slice(0, -1).flatMap((stage, index) => {
    const flow = flows[index];
    if (flow === undefined) return [];
    const run = failing(flow, stage, scale);
    const conversionsLost = flow.lost.reduce((sum, count) => sum + count, 0);
    return [
      {
        journey: behaviour.key,
        stage: stage.key,
        failure: run !== null,
        probability: shares[index] ?? 0,
        conversionsLost,
        startedAt: run === null ? fault.startedAt : stretch.from + run.first * CELL,
        endedAt: run === null ? fault.endedAt : stretch.from + (run.last + 1) * CELL,
      },
    ];
  });
}

/** What a fault does to every stage that it can reach, alone and without sampling noise. */
export function effectsOf(fault: Fault, traffic: Traffic, scale: number): StageEffect[] {
  return JOURNEYS.flatMap((_, journey) => effectsOn({ fault, journey, traffic, scale }));
}
