import { describe, expect, it } from '@jest/globals';

import { compareShadow } from '../../../src/core/registry/shadow-comparison.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

const random = seededRandom(1);
const answers = Array.from({ length: 300 }, (_, i) => {
  const shadow = random();
  const label = random() < shadow ? (1 as const) : (0 as const);
  return { answered: 0.5, shadow, label, share: 1, group: `incident ${Math.floor(i / 2)}` };
});

describe('a challenger beside what answered', () => {
  it('is better by what it would have saved of the log loss', () => {
    const {
      answers: count,
      labelled,
      disagreement,
      figures,
    } = compareShadow(answers, seededRandom(2));
    expect([count, labelled]).toEqual([300, 300]);
    expect(disagreement).toBeCloseTo(0.25, 1);
    expect(figures?.answered.logLoss).toBeCloseTo(Math.log(2), 9);
    expect(figures?.logLossDifference.interval[1]).toBeLessThan(0);
    expect(figures?.shadow.rocAuc).toBeGreaterThan(0.75);
  });

  it('counts a failure that may be another’s as a part of one', () => {
    const one = (label: 0 | 1, share: number): (typeof answers)[number] => ({
      answered: 0.5,
      shadow: 0.2,
      label,
      share,
      group: 'g',
    });
    const whole = [one(1, 1), one(0, 1), one(0, 1), one(0, 1)];
    const shared = compareShadow([one(1, 0.25), one(1, 0.75), one(0, 1), one(0, 1)], random);
    expect(shared.failures).toBe(1);
    expect(shared.figures?.shadow.logLoss).toBeCloseTo(
      compareShadow(whole, random).figures?.shadow.logLoss ?? Number.NaN,
      12,
    );
  });

  it('says nothing before anything is known', () => {
    const unknown = answers.slice(0, 5).map((one) => ({ ...one, label: null }));
    expect(compareShadow(unknown, random)).toMatchObject({
      answers: 5,
      labelled: 0,
      figures: null,
    });
    expect(compareShadow([], random)).toMatchObject({ answers: 0, disagreement: 0 });
  });
});
