import { describe, expect, it } from '@jest/globals';

import type { LabelledAnswer } from '../../../src/core/monitoring/performance-answer.js';
import type { ServiceConcept } from '../../../src/core/monitoring/service-concept.js';
import { driftedServices, serviceConcept } from '../../../src/core/monitoring/service-concept.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

const START = Date.UTC(2026, 5, 1);
const SERVICES = Array.from({ length: 12 }, (_, i) => `service-${i}`);
const STAGES = ['cart', 'payment'];

interface Week {
  readonly seed: number;
  readonly answers?: number;
  /** Answers that hang together and fail together. */
  readonly together?: number;
  /** What an alert of the first service on the payment does now, over what it did. */
  readonly rise?: number;
  /** Log-odds that alerts of the second service have always been worse by. */
  readonly off?: number;
}

/** A week in which an alert of one service may have come to mean more. */
function aWeek(week: Week): LabelledAnswer[] {
  const { seed, answers = 480, together = 1, rise = 0, off = 0 } = week;
  const random = seededRandom(seed);
  return Array.from({ length: answers / together }, (_, group) => {
    const service = SERVICES[Math.floor(random() * SERVICES.length)] ?? '';
    const stage = STAGES[group % 2] ?? '';
    const probability = 0.05 + 0.3 * random() ** 2;
    const odds = (probability / (1 - probability)) * Math.exp(service === 'service-1' ? off : 0);
    const isRisen = service === 'service-0' && stage === 'payment';
    const failed = random() < odds / (1 + odds) + (isRisen ? rise : 0) ? 1 : 0;
    return Array.from({ length: together }, (_, i): LabelledAnswer => ({
      episodeId: `e${group}-${i}`,
      journey: 'checkout',
      stage,
      segment: null,
      source: 'prometheus',
      modelVersion: 'm1',
      asOf: START + group,
      probability,
      priority: probability,
      features: { service, rule: 'HighLatency' },
      dueAt: START + group,
      state: 'labelled',
      label: failed,
      share: 1,
      labelKnownAt: START + group,
      group: `g${group}`,
      audit: null,
      failure: null,
    }));
  }).flat();
}

/** A week after four others, in which nothing had risen yet. */
function concept(week: Week): ServiceConcept[] {
  const answers = 4 * (week.answers ?? 480);
  const earlier = aWeek({ ...week, seed: week.seed + 1000, answers, rise: 0 });
  return serviceConcept({ earlier, current: aWeek(week) }, seededRandom(week.seed));
}

const named = (week: Week): string[] => driftedServices(concept(week));

const weeks = (of: (seed: number) => string[], count = 60): string[][] =>
  Array.from({ length: count }, (_, i) => of(i + 1));

describe('drift of meaning by service', () => {
  it('names the one service whose alerts mean more, and hardly ever another', () => {
    const found = weeks((seed) => named({ seed, rise: 0.5 }), 40);
    expect(found.filter((names) => names.includes('service-0')).length).toBeGreaterThan(28);
    const others = found.flat().filter((name) => name !== 'service-0');
    expect(others.length / found.flat().length).toBeLessThanOrEqual(0.05);
  });

  it.each([1, 4])('names none in a steady world where %i answers fail together', (together) => {
    const found = weeks((seed) => named({ seed, together, answers: 480 * together }));
    expect(found.filter((names) => names.length > 0).length / found.length).toBeLessThanOrEqual(
      0.05,
    );
  });

  it('names what changed, not what was always worse', () => {
    const found = weeks((seed) => named({ seed, rise: 0.5, off: 1.2 }), 25);
    expect(found.filter((names) => names.includes('service-0')).length).toBeGreaterThan(17);
    const others = found.filter((names) => names.some((name) => name !== 'service-0'));
    expect(others.length / found.length).toBeLessThanOrEqual(0.08);
    const steady = weeks((seed) => named({ seed, off: 1.2 }), 25);
    expect(steady.filter((names) => names.length > 0).length / steady.length).toBeLessThanOrEqual(
      0.08,
    );
  });

  it('counts a failure as far as its alert is to blame', () => {
    const isRisen = ({ features, stage }: LabelledAnswer): boolean =>
      features['service'] === 'service-0' && stage === 'payment';
    const shared = aWeek({ seed: 3, rise: 0.6 }).map((one) =>
      isRisen(one) ? { ...one, share: 0.05 } : one,
    );
    const earlier = aWeek({ seed: 1003, answers: 1920 });
    const rows = serviceConcept({ earlier, current: shared }, seededRandom(3));
    expect(named({ seed: 3, rise: 0.6 })).toEqual(['service-0']);
    expect(driftedServices(rows)).toEqual([]);
  });

  it('expects of a service what its rules do, not what other rules do', () => {
    const random = seededRandom(8);
    // One rule breaks the stage and one does not; now a service fires the one that does alone.
    const fired = (share: number, answers: number): LabelledAnswer[] =>
      aWeek({ seed: 8, answers }).map((one) => {
        const isGrave = random() < (one.features['service'] === 'service-0' ? share : 0.5);
        const rule = isGrave ? 'InstanceDown' : 'CpuSaturation';
        const label = random() < (isGrave ? 0.6 : 0.02) ? 1 : 0;
        return { ...one, features: { ...one.features, rule }, label };
      });
    const rows = serviceConcept(
      { earlier: fired(0.2, 1920), current: fired(1, 960) },
      seededRandom(8),
    );
    expect(rows.filter(({ verdict }) => verdict === 'drifted')).toEqual([]);
  });

  it('says at which stage, with what was expected and what could have been found', () => {
    const [first] = concept({ seed: 5, rise: 0.6, answers: 960 });
    expect(first).toMatchObject({
      service: 'service-0',
      stage: 'checkout/payment',
      verdict: 'drifted',
    });
    expect(first?.observed).toBeGreaterThan(2 * (first?.expected ?? 0));
    expect(first?.effect).toBeGreaterThan(first?.minimumDetectableEffect ?? 9);
  });

  it('names a service whose failures are beyond what a double holds as a tail', () => {
    const oneFails = (seed: number, rate: number): LabelledAnswer[] => {
      const drawn = seededRandom(seed);
      return aWeek({ seed, answers: 5000 }).map((one, i) => {
        const service = i % 4 < 2 ? 'service-0' : 'service-1';
        const label = drawn() < (service === 'service-0' ? rate : 0.05) ? 1 : 0;
        return { ...one, features: { ...one.features, service }, stage: 'payment', label };
      });
    };
    const rows = serviceConcept(
      { earlier: oneFails(1, 0.05), current: oneFails(2, 0.9) },
      seededRandom(1),
    );
    expect(rows[0]).toMatchObject({ service: 'service-0', verdict: 'drifted' });
    expect(driftedServices(rows)).toEqual(['service-0']);
    expect(rows.filter(({ pAdjusted }) => Number.isNaN(pAdjusted))).toEqual([]);
  });

  it('says so where there is too little, now or before', () => {
    const few = concept({ seed: 7, answers: 24 });
    expect(few.filter(({ service }) => service !== null).map(({ verdict }) => verdict)).toEqual(
      expect.not.arrayContaining(['stable', 'drifted']),
    );
    const fresh = serviceConcept({ earlier: [], current: aWeek({ seed: 7 }) }, seededRandom(1));
    expect(new Set(fresh.map(({ verdict }) => verdict))).toEqual(new Set(['not-enough-data']));
    expect(serviceConcept({ earlier: [], current: [] }, seededRandom(1))).toEqual([]);
  });
});
