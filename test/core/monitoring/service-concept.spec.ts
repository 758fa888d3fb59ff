import { describe, expect, it } from '@jest/globals';

import type { JudgedAnswer } from '../../../src/core/monitoring/performance-answer.js';
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
  readonly isUndecided?: boolean;
  /** Log-odds that the model has always been off by on alerts of the second service. */
  readonly off?: number;
}

/** A week of answers by a model that was right until an alert of one service came to mean more. */
function aWeek(week: Week): JudgedAnswer[] {
  const { seed, answers = 480, together = 1, rise = 0, isUndecided, off = 0 } = week;
  const random = seededRandom(seed);
  return Array.from({ length: answers / together }, (_, group) => {
    const service = SERVICES[Math.floor(random() * SERVICES.length)] ?? '';
    const stage = STAGES[group % 2] ?? '';
    const probability = 0.05 + 0.3 * random() ** 2;
    const odds = (probability / (1 - probability)) * Math.exp(service === 'service-1' ? off : 0);
    const isRisen = service === 'service-0' && stage === 'payment';
    const failed = random() < odds / (1 + odds) + (isRisen ? rise : 0) ? 1 : 0;
    const failureProbability = isUndecided === true ? 0.1 + 0.8 * failed : failed;
    return Array.from({ length: together }, (_, i): JudgedAnswer => ({
      episodeId: `e${group}-${i}`,
      journey: 'checkout',
      stage,
      segment: null,
      source: 'prometheus',
      modelVersion: 'm1',
      asOf: START + group,
      probability,
      priority: probability,
      features: { service },
      dueAt: START + group,
      state: isUndecided === true ? 'undecided' : 'labelled',
      label: isUndecided === true ? null : failed,
      failureProbability,
      share: 1,
      labelKnownAt: isUndecided === true ? null : START + group,
      group: `g${group}`,
      audit: null,
      failure: null,
    }));
  }).flat();
}

const concept = (week: Week): ServiceConcept[] =>
  serviceConcept({ earlier: [], current: aWeek(week) }, seededRandom(week.seed));

const named = (week: Week): string[] => driftedServices(concept(week));

/** Named in a week after two others, in which nothing had risen yet. */
function namedLater(week: Week): string[] {
  const earlier = aWeek({ ...week, seed: week.seed + 1000, answers: 960, rise: 0 });
  return driftedServices(
    serviceConcept({ earlier, current: aWeek(week) }, seededRandom(week.seed)),
  );
}

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

  it('names what changed, not what the model never understood', () => {
    const found = weeks((seed) => namedLater({ seed, rise: 0.5, off: 1.2 }), 25);
    expect(found.filter((names) => names.includes('service-0')).length).toBeGreaterThan(17);
    const others = found.filter((names) => names.some((name) => name !== 'service-0'));
    expect(others.length / found.length).toBeLessThanOrEqual(0.08);
    const steady = weeks((seed) => namedLater({ seed, off: 1.2 }), 25);
    expect(steady.filter((names) => names.length > 0).length / steady.length).toBeLessThanOrEqual(
      0.08,
    );
  });

  it('hears what was measured of episodes that stay undecided', () => {
    expect(named({ seed: 3, rise: 0.6, isUndecided: true })).toEqual(['service-0']);
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

  it('says so where there is too little, and leaves out what is not known', () => {
    const few = concept({ seed: 7, answers: 24 });
    expect(few.filter(({ service }) => service !== null).map(({ verdict }) => verdict)).toEqual(
      expect.not.arrayContaining(['stable', 'drifted']),
    );
    const unknown = aWeek({ seed: 7 }).map((one) => ({ ...one, failureProbability: null }));
    expect(serviceConcept({ earlier: unknown, current: unknown }, seededRandom(1))).toEqual([]);
  });
});
