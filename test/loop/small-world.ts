import type { DataSource } from 'typeorm';

import type { JourneyEvent } from '../../src/core/journeys/journey-event.js';
import type { Journey } from '../../src/core/journeys/journey.js';
import type { Outcome } from '../../src/core/outcomes/outcome.js';
import type { Anomaly } from '../../src/core/telemetry/anomaly.js';
import type { Instant } from '../../src/core/telemetry/time.js';
import { DAY, HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import type { Arrival, Taken } from '../../src/loop/take-anomalies.js';
import { takeAnomalies } from '../../src/loop/take-anomalies.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { addJourneyVersion, journeyVersions } from '../../src/storage/journey.store.js';
import type { StageChange } from '../../src/storage/stage-change.store.js';
import { logWarehouseChanges } from '../../src/storage/stage-change.store.js';
import { createDatabase } from '../postgres/database.js';

/** A Monday. */
export const START: Instant = Date.UTC(2026, 0, 5);

/** Three stages within half an hour; the services `cart` and `payment` touch the first two. */
export function aJourney(overrides: Partial<Journey> = {}): Journey {
  const failure = { minRelativeDrop: 0.2, minLoss: 5 };
  const touchedBy = (service: string, relevance: number): Journey['stages'][number]['mappings'] => [
    { match: [`service="${service}"`], relevance },
  ];
  return {
    key: 'checkout',
    name: 'Checkout',
    owner: 'shop',
    window: HOUR / 2,
    valuePerConversion: 80,
    order: 'ordered',
    stages: [
      { key: 'cart', event: 'cart', weight: 0.5, failure, mappings: touchedBy('cart', 0.6) },
      { key: 'payment', event: 'pay', weight: 0.9, failure, mappings: touchedBy('payment', 0.9) },
      { key: 'done', event: 'done', weight: 1, failure },
    ],
    ...overrides,
  };
}

/** One thing an actor did; known a second later. */
export function anEvent(overrides: Partial<JourneyEvent> = {}): JourneyEvent {
  const occurredAt = overrides.occurredAt ?? START;
  return {
    source: 'web',
    actor: 'ada',
    event: 'cart',
    occurredAt,
    receivedAt: occurredAt + 1000,
    ...overrides,
  };
}

/** A payment alert with a fingerprint of its own. */
export function anAnomaly(id: string, overrides: Partial<Anomaly> = {}): Anomaly {
  return {
    id,
    source: 'prometheus',
    name: 'PaymentErrors',
    fingerprint: id,
    metric: 'error_ratio',
    value: 0.31,
    threshold: 0.05,
    comparison: '>',
    severity: 'critical',
    labels: { service: 'payment' },
    startedAt: START,
    ...overrides,
  };
}

/** A person's word on what an anomaly did to the payment stage. */
export function anOutcome(
  id: string,
  anomalyId: string,
  overrides: Partial<Outcome> = {},
): Outcome {
  const [journey, stage] = ['checkout', 'payment'];
  return {
    id,
    anomalyId,
    journey,
    stage,
    failure: true,
    verdict: 'caused',
    source: 'human',
    ...overrides,
  };
}

/** A stage that something touched, and the numbers that it saw. */
export type Flow = Pick<
  StageChange,
  'journey' | 'stage' | 'bucketStart' | 'knownAt' | 'entered' | 'converted'
> &
  Partial<Pick<StageChange, 'segment'>>;

/** A database of its own with the tables in place. */
export class SmallWorld {
  private constructor(
    readonly source: DataSource,
    readonly url: string,
    readonly drop: () => Promise<void>,
  ) {}

  /** @param like the URL of a world to copy, which nobody is connected to. */
  static async open(like?: string): Promise<SmallWorld> {
    const template = like === undefined ? undefined : new URL(like).pathname.slice(1);
    const database = await createDatabase(template);
    const source = await openDataSource(database.url, 5);
    return new SmallWorld(source, database.url, () => database.drop());
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.drop();
  }

  async define(...journeys: readonly Journey[]): Promise<void> {
    for (const journey of journeys) await addJourneyVersion(this.source.manager, journey, START);
  }

  /** Takes anomalies in, in one batch. */
  async take(...arrivals: readonly Arrival[]): Promise<Taken[]> {
    return await this.source.transaction(async (sql) =>
      takeAnomalies(sql, arrivals, await journeyVersions(sql)),
    );
  }

  /** Writes down what came through stages, as if events had told it. */
  async flow(flows: readonly Flow[]): Promise<void> {
    const changes = flows.map((flow) => ({ version: 1, segment: null, ...flow }));
    await this.source.transaction((sql) => logWarehouseChanges(sql, changes, 5 * MINUTE));
  }

  async rows(statement: string, parameters: unknown[] = []): Promise<Record<string, unknown>[]> {
    return await this.source.query<Record<string, unknown>[]>(statement, parameters);
  }
}

/** Whole days after the start. */
export const day = (days: number, hours = 0, minutes = 0): Instant =>
  START + days * DAY + hours * HOUR + minutes * MINUTE;
