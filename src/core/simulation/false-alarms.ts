import { DAY, HOUR, MINUTE } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { normal } from '../statistics/random.js';
import type { RuleName } from './alert-rules.js';
import { RULE_NAMES, ruleNamed } from './alert-rules.js';
import type { Onset } from './detections.js';
import type { PlannedChange } from './planned-changes.js';
import type { Random } from './random-stream.js';
import { logNormal, poisson, randomStream } from './random-stream.js';
import { SERVICES } from './simulated-services.js';
import type { FlashSale } from './traffic.js';
import type { WorldOptions } from './world-options.js';

/** A false alarm and how long it fires. */
export interface FalseAlarm {
  readonly onset: Onset;
  readonly lasts: Duration;
}

/** What a fluke looks like: closer to the threshold than trouble, but not always. */
function alarm(
  random: Random,
  [rule, service]: readonly [RuleName, string],
  startedAt: Instant,
): FalseAlarm {
  const excess = Math.max(0.01, 0.3 + 0.35 * normal(random));
  const lasts = Math.max(MINUTE, Math.round(logNormal(random, 18, 0.8) * MINUTE));
  const onset = { rule, service, segment: null, startedAt, excess, faultId: null, root: false };
  return { onset, lasts };
}

/** Flukes at each rule's stated rate; every rule on every service draws from its own stream. */
function flukes({ seed, start, days, trouble = 1 }: WorldOptions): FalseAlarm[] {
  return SERVICES.flatMap(({ name }) =>
    RULE_NAMES.flatMap((rule) => {
      const random = randomStream(seed, `false-alarm/${name}/${rule}`);
      const count = poisson(random, ruleNamed(rule).falseAlarms * days * trouble);
      return Array.from({ length: count }, () => {
        const at = start + Math.floor(random() * days * 24 * 60) * MINUTE;
        return alarm(random, [rule, name], at + Math.floor(random() * 60) * 1000);
      });
    }),
  );
}

const NOISY_NIGHTS = 0.3;

/** The nightly batch job makes the database look ill while nobody shops. */
function batchNights({ seed, start, days }: WorldOptions): FalseAlarm[] {
  return Array.from({ length: days }, (_, day) => {
    const random = randomStream(seed, `batch/${day}`);
    const noisy = random() < NOISY_NIGHTS;
    const rule: RuleName = random() < 0.5 ? 'CpuSaturation' : 'HighLatency';
    const at = start + day * DAY + 2 * HOUR + Math.floor((30 + random() * 20) * MINUTE);
    return noisy ? [alarm(random, [rule, 'orders-db'], at)] : [];
  }).flat();
}

/** A sale sets off what watches load, without any harm. */
function saleAlarms({ seed }: WorldOptions, sales: readonly FlashSale[]): FalseAlarm[] {
  const watched: readonly (readonly [RuleName, string, number])[] = [
    ['TrafficDeviation', 'web-frontend', 0.8],
    ['TrafficDeviation', 'catalog', 0.5],
    ['CpuSaturation', 'catalog', 0.5],
    ['CpuSaturation', 'search', 0.4],
    ['QueueBacklog', 'mail', 0.3],
  ];
  return sales.flatMap((sale) => {
    const random = randomStream(seed, `sale-alarms/${sale.id}`);
    return watched.flatMap(([rule, service, probability]) => {
      const hit = random() < probability;
      const at = sale.startedAt + Math.round(logNormal(random, 8, 0.5) * MINUTE);
      const noise = alarm(random, [rule, service], at);
      const lasts = Math.max(noise.lasts, sale.endedAt - at);
      return hit ? [{ ...noise, lasts }] : [];
    });
  });
}

const RESTART_NOISE = 0.12;

/** A release restarts pods; now and then that alone sets off an alert. */
function releaseAlarms({ seed }: WorldOptions, changes: readonly PlannedChange[]): FalseAlarm[] {
  return changes.flatMap(({ change }) => {
    const random = randomStream(seed, `restart/${change.id}`);
    const service = change.labels['service'];
    if (change.kind !== 'release' || service === undefined) return [];
    const hit = random() < RESTART_NOISE;
    const rule: RuleName = random() < 0.6 ? 'PodRestarts' : 'HighErrorRate';
    const at = change.occurredAt + Math.round(logNormal(random, 5, 0.5) * MINUTE);
    return hit ? [alarm(random, [rule, service], at)] : [];
  });
}

/** Everything that fires without a fault behind it. */
export function falseAlarms(
  options: WorldOptions,
  sales: readonly FlashSale[],
  changes: readonly PlannedChange[],
): FalseAlarm[] {
  return [
    ...flukes(options),
    ...batchNights(options),
    ...saleAlarms(options, sales),
    ...releaseAlarms(options, changes),
  ];
}
