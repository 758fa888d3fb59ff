import type { Change, ChangeKind } from '../telemetry/change.js';
import { DAY, HOUR, MINUTE } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import type { Random } from './random-stream.js';
import { logNormal, opaqueId, pick, poisson, randomStream, weighted } from './random-stream.js';
import { SERVICES, serviceNamed } from './simulated-services.js';
import type { FlashSale } from './traffic.js';
import type { WorldOptions } from './world-options.js';

/** A change and the moment at which the shop's log of changes told of it. */
export interface PlannedChange {
  readonly change: Change;
  readonly receivedAt: Instant;
}

const PER_WORKDAY = 3.2;
const PER_WEEKEND_DAY = 0.5;

const KINDS: readonly (readonly [ChangeKind, number])[] = [
  ['release', 68],
  ['flag', 14],
  ['config', 11],
  ['experiment', 5],
  ['mapping', 2],
];

const TITLES: Readonly<Record<ChangeKind, string>> = {
  release: 'Release of',
  flag: 'Flag turned on in',
  config: 'Configuration changed in',
  experiment: 'Experiment started in',
  pricing: 'Prices changed in',
  mapping: 'Ownership of alerts changed for',
};

function isWeekend(at: Instant): boolean {
  return (Math.floor(at / DAY) + 3) % 7 >= 5;
}

function plannedChange(random: Random, seed: number, day: Instant): PlannedChange {
  // Between 08:00 and 17:00 UTC, to the minute.
  const occurredAt = day + 8 * HOUR + Math.floor(random() * 9 * 60) * MINUTE;
  const kind = weighted(random, KINDS);
  const { name, team } = pick(random, SERVICES);
  const lasting = kind === 'experiment' ? Math.round(logNormal(random, 4, 0.5)) : 0;
  const number = Math.floor(random() * 9000) + 1000;
  return {
    change: {
      id: `chg-${opaqueId(seed, `change/${occurredAt}/${name}/${number}`)}`,
      kind,
      title: `${TITLES[kind]} ${name}${kind === 'release' ? ` ${number}` : ''}`,
      labels: { service: name, team },
      occurredAt,
      ...(lasting > 0 ? { endedAt: occurredAt + lasting * DAY } : {}),
    },
    receivedAt: occurredAt + Math.round(logNormal(random, 20_000, 0.6)),
  };
}

/** Releases and the like, on workdays above all; each day draws from its own stream. */
export function planChanges({ seed, start, days }: WorldOptions): PlannedChange[] {
  const changes: PlannedChange[] = [];
  for (let day = 0; day < days; day += 1) {
    const random = randomStream(seed, `changes/${day}`);
    const at = start + day * DAY;
    const count = poisson(random, isWeekend(at) ? PER_WEEKEND_DAY : PER_WORKDAY);
    for (let i = 0; i < count; i += 1) changes.push(plannedChange(random, seed, at));
  }
  return changes;
}

/** A sale is announced as a change of prices. */
export function announced({ id, startedAt, endedAt }: FlashSale): PlannedChange {
  return {
    change: {
      id: `chg-${id}`,
      kind: 'pricing',
      title: 'Flash sale',
      labels: { service: 'catalog', team: serviceNamed('catalog').team },
      occurredAt: startedAt,
      endedAt,
    },
    receivedAt: startedAt + 5_000,
  };
}

const SALES_PER_DAY = 0.11;

/** Flash sales: two to four hours of many more visitors, and no harm. */
export function planSales({ seed, start, days }: WorldOptions): FlashSale[] {
  const sales: FlashSale[] = [];
  for (let day = 0; day < days; day += 1) {
    const random = randomStream(seed, `sale/${day}`);
    if (random() >= SALES_PER_DAY) continue;
    const startedAt = start + day * DAY + (10 + Math.floor(random() * 9)) * HOUR;
    const endedAt = startedAt + Math.round(120 + random() * 120) * MINUTE;
    sales.push({
      id: opaqueId(seed, `sale/${day}`),
      startedAt,
      endedAt,
      extra: 0.5 + 0.5 * random(),
    });
  }
  return sales;
}
