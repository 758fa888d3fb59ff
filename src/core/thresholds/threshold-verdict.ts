import { directionOf } from './alert-rule.js';
import { missPValue } from './miss-rate-test.js';
import type { SavingOutlook } from './saving-outlook.js';
import type { ThresholdGoals } from './threshold-goals.js';
import type { ThresholdPoint } from './threshold-point.js';
import type { WalkForward } from './walk-forward.js';

/** Raise and lower are those of the number; keep is an answer too, and so is not knowing. */
export type ThresholdVerdict = 'raise' | 'lower' | 'keep' | 'insufficient-evidence';

/** What is concluded, with the reason in words. */
export interface ThresholdRuling {
  readonly verdict: ThresholdVerdict;
  readonly reason: string;
}

/** A proposed threshold beside the current one (null where there is no rule). */
export interface ThresholdCase {
  readonly suggested: ThresholdPoint;
  readonly current: ThresholdPoint | null;
  readonly outlook: SavingOutlook;
  readonly walk: WalkForward | null;
  readonly goals: ThresholdGoals;
}

/** A threshold that costs more with a greater probability than this is not moved to. */
const HIGHEST_CHANCE = 0.025;

const amount = (cost: number, digits = 4): string => String(Number(cost.toPrecision(digits)));

/** Two costs with as many digits as tell them apart. */
export function costAgainst(one: number, other: number): string {
  let digits = 4;
  while (digits < 12 && one !== other && amount(one, digits) === amount(other, digits)) digits += 1;
  return `${amount(one, digits)} against ${amount(other, digits)}`;
}

/** What is to be expected, in words. */
function outlookInWords({ interval: [low, high], chanceDearer }: SavingOutlook): string {
  const chance = amount(Math.round(1000 * chanceDearer) / 10);
  return `over as long again ${amount(low)} to ${amount(high)}, dearer with a chance of ${chance} %`;
}

function brokenConstraint({ current, goals }: ThresholdCase): string | null {
  const { maxPagesPerWeek, missRate } = goals;
  if (current === null) return null;
  if (maxPagesPerWeek !== undefined && current.pagesPerWeek > maxPagesPerWeek) {
    return `the current threshold sends ${amount(current.pagesPerWeek)} pages a week, more than ${maxPagesPerWeek}`;
  }
  if (missRate === undefined) return null;
  const p = missPValue(current.missed, current.missed + current.caught, missRate.alpha);
  return p > 1 - missRate.confidence
    ? `the current threshold misses ${current.missed} of ${current.missed + current.caught} failures, which proves no miss rate of ${missRate.alpha}`
    : null;
}

function objectionTo({ current, suggested, outlook, walk, goals }: ThresholdCase): string | null {
  if (current === null) return null;
  if (suggested.threshold === current.threshold) return 'no other threshold is better';
  if (goals.missRate !== undefined) {
    return suggested.pages < current.pages ? null : 'no proved threshold sends fewer pages';
  }
  if (outlook.chanceDearer > HIGHEST_CHANCE) {
    return `a lower cost is not clear: ${costAgainst(suggested.cost, current.cost)}; ${outlookInWords(outlook)}`;
  }
  if (walk !== null && walk.cost > walk.currentCost) {
    return `chosen from the past it would have cost more afterwards: ${costAgainst(walk.cost, walk.currentCost)}`;
  }
  return null;
}

/** Moves the threshold where a constraint is broken or the gain is proved; keeps it otherwise. */
export function ruleOnThreshold(one: ThresholdCase): ThresholdRuling {
  const { suggested, current, outlook, goals } = one;
  const never = directionOf(goals.comparison) * Infinity;
  const verdict = suggested.threshold > (current?.threshold ?? never) ? 'raise' : 'lower';
  const broken = brokenConstraint(one);
  if (broken !== null && suggested.threshold !== current?.threshold) {
    return { verdict, reason: broken };
  }
  const objection = objectionTo(one);
  if (objection !== null) return { verdict: 'keep', reason: objection };
  const pages = `${amount(suggested.pagesPerWeek)} pages a week, ${suggested.missed} failures missed`;
  const against =
    current === null
      ? 'there is no threshold yet, so it is compared with never paging'
      : `now ${amount(current.pagesPerWeek)} and ${current.missed}`;
  const gain = `cost difference ${outlookInWords(outlook)}`;
  return { verdict, reason: `${pages}; ${against}; ${gain}` };
}
