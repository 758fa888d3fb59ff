import { describe, expect, it } from '@jest/globals';

import type { JourneyVersion, MappingRule } from '../../../src/core/journeys/journey.js';
import { compileMappings, mapAnomaly } from '../../../src/core/journeys/stage-mapping.js';
import type { Anomaly } from '../../../src/core/telemetry/anomaly.js';
import { HOUR } from '../../../src/core/telemetry/time.js';

function anomaly(overrides: Partial<Anomaly> = {}): Anomaly {
  return {
    id: '1',
    source: 'prometheus',
    name: 'PaymentErrors',
    fingerprint: 'f',
    severity: 'critical',
    labels: { service: 'payment' },
    startedAt: 0,
    ...overrides,
  };
}

function journey(key: string, mappings: readonly (readonly MappingRule[])[]): JourneyVersion {
  return {
    version: 3,
    journey: {
      key,
      name: key,
      owner: 'web',
      window: HOUR,
      order: 'ordered',
      stages: mappings.map((rules, index) => ({
        key: `s${index}`,
        event: `e${index}`,
        weight: 1,
        mappings: rules,
      })),
    },
  };
}

describe('compileMappings', () => {
  it('gives the stages one of whose rules holds, with the highest relevance of those', () => {
    const map = compileMappings([
      journey('checkout', [
        [{ match: ['service="cart"'], relevance: 1 }],
        [
          { match: ['service="payment"'], relevance: 0.4 },
          { match: ['service=~"pay.*"', 'severity=~"error|critical"'], relevance: 0.9 },
          { match: ['service="payment"', 'team="web"'], relevance: 1 },
        ],
      ]),
      journey('refund', [[{ match: ['name="PaymentErrors"'], relevance: 0.2 }]]),
    ]);
    expect(map(anomaly())).toEqual([
      { journey: 'checkout', version: 3, stage: 's1', stageIndex: 1, relevance: 0.9 },
      { journey: 'refund', version: 3, stage: 's0', stageIndex: 0, relevance: 0.2 },
    ]);
    const [mild] = map(anomaly({ severity: 'warning' }));
    expect(mild?.relevance).toBe(0.4);
    expect(map(anomaly({ name: 'x', labels: {} }))).toEqual([]);
  });

  it('takes an absent label as the empty string', () => {
    const versions = [journey('j', [[{ match: ['team!="web"', 'metric=""'], relevance: 1 }]])];
    expect(mapAnomaly(anomaly(), versions)).toHaveLength(1);
    expect(mapAnomaly(anomaly({ metric: 'errors' }), versions)).toEqual([]);
    expect(mapAnomaly(anomaly({ labels: { team: 'web' } }), versions)).toEqual([]);
  });

  it('knows name, metric, severity and source, unless a label has that name', () => {
    const rule = { match: ['source="prometheus"', 'metric=~"err.*"'], relevance: 1 };
    const versions = [journey('j', [[rule]])];
    expect(mapAnomaly(anomaly({ metric: 'errors' }), versions)).toHaveLength(1);
    const labelled = anomaly({ metric: 'errors', labels: { source: 'pod-7' } });
    expect(mapAnomaly(labelled, versions)).toEqual([]);
    const odd = [journey('j', [[{ match: ['constructor=""', 'toString=""'], relevance: 1 }]])];
    expect(mapAnomaly(anomaly(), odd)).toHaveLength(1);
  });

  it('points at the matcher that does not parse', () => {
    const versions = [journey('j', [[], [{ match: ['a="b"', 'a~b'], relevance: 1 }]])];
    expect(() => compileMappings(versions)).toThrow(
      expect.objectContaining({ code: 'bad-matcher', pointer: '/stages/1/mappings/0/match/1' }),
    );
  });
});
