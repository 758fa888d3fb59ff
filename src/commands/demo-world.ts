import type { WorldOptions } from '../core/simulation/world-options.js';
import type { Instant } from '../core/telemetry/time.js';
import { DAY, MINUTE, bucketStart } from '../core/telemetry/time.js';

/** Today's is the last. */
const DAYS = 30;
/** Trained so long ago that the model answers for the last days. */
const ANSWERED = 2 * DAY;
const SEED = 1;
/** Four times as much goes wrong as usual: a month of less teaches a model only in some seasons. */
const TROUBLE = 4;

/** The demo's world, told as far as it has come, and when to train in it. */
export interface DemoWorld {
  readonly options: WorldOptions & { readonly toldUntil: Instant };
  readonly trainAt: Instant;
}

/** A month that ends in the middle of the day that it is. */
export function demoWorld(now: Instant): DemoWorld {
  const start = bucketStart(now, DAY) - (DAYS - 1) * DAY;
  const toldUntil = bucketStart(now, MINUTE);
  return {
    options: { days: DAYS, seed: SEED, start, scale: 1, trouble: TROUBLE, toldUntil },
    trainAt: toldUntil - ANSWERED,
  };
}
