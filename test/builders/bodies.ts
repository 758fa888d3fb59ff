import { formatInstant } from '../../src/wire/instant.js';

/** A body of the contract, or a part of one. */
export type Body = Readonly<Record<string, unknown>>;

let made = 0;

/** An id that no other record of this process has. */
export function anId(what: string): string {
  made += 1;
  return `${what}-${made}`;
}

/** RFC 3339 of a moment that lies some minutes after (or, negative, before) another. */
export function minutesAfter(start: string | number, minutes: number): string {
  return formatInstant(new Date(start).getTime() + minutes * 60_000);
}

/** RFC 3339 of a moment so many minutes ago. */
export function minutesAgo(minutes: number): string {
  return minutesAfter(Date.now(), -minutes);
}

/** Three stages within an hour; service `payment` touches the last but one. */
export function aJourney(overrides: Body = {}): Body {
  return {
    key: 'checkout',
    name: 'Checkout',
    owner: 'shop',
    window: '1h',
    valuePerConversion: 80,
    stages: [
      { key: 'cart', event: 'cart', weight: 0.5, mappings: [mapping('service="cart"', 0.6)] },
      { key: 'payment', event: 'pay', weight: 0.9, mappings: [mapping('service="payment"', 0.95)] },
      { key: 'done', event: 'done', weight: 1 },
    ],
    ...overrides,
  };
}

function mapping(match: string, relevance: number): Body {
  return { match: [match], relevance };
}

/** One thing an actor did ten minutes ago. */
export function anEvent(overrides: Body = {}): Body {
  return {
    id: anId('event'),
    source: 'web',
    actor: 'actor',
    event: 'cart',
    occurredAt: minutesAgo(10),
    ...overrides,
  };
}

/** A payment alert that began ten minutes ago; its fingerprint is its own. */
export function anAnomaly(overrides: Body = {}): Body {
  const id = anId('anomaly');
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
    startedAt: minutesAgo(10),
    ...overrides,
  };
}

/** A release of the payment service an hour ago. */
export function aChange(overrides: Body = {}): Body {
  return {
    id: anId('change'),
    kind: 'release',
    title: 'payment 1.2.3',
    labels: { service: 'payment' },
    occurredAt: minutesAgo(60),
    ...overrides,
  };
}

/** An incident of half an hour ago. */
export function anIncident(overrides: Body = {}): Body {
  return {
    id: anId('incident'),
    title: 'Payments fail',
    severity: 'critical',
    anomalyIds: [],
    detectedAt: minutesAgo(30),
    ...overrides,
  };
}

/** A person's word that an anomaly broke the payment stage. */
export function anOutcome(anomalyId: unknown, overrides: Body = {}): Body {
  return {
    id: anId('outcome'),
    anomalyId,
    journey: 'checkout',
    stage: 'payment',
    failure: true,
    verdict: 'caused',
    conversionsLost: 12,
    interval: [5, 20],
    source: 'human',
    author: 'ada',
    ...overrides,
  };
}
