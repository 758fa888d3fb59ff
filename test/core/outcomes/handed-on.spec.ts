import { describe, expect, it } from '@jest/globals';

import { fitBaseline } from '../../../src/core/outcomes/baseline.js';
import { withoutHandedOn } from '../../../src/core/outcomes/handed-on.js';
import type { FoundFailure, SearchedStage } from '../../../src/core/outcomes/missed-failures.js';
import { searchFailures } from '../../../src/core/outcomes/missed-failures.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';
import { MONDAY, simulateStage, type Drop } from './simulated-stage.js';

const FROM = MONDAY + 14 * DAY;
const TO = MONDAY + 16 * DAY;
const AT = FROM + 10 * HOUR;

function stage(name: string, seed: number, drops: readonly Drop[]): SearchedStage {
  const { series } = simulateStage({ days: 16, traffic: 60, seed, noise: 0.01, drops });
  const baseline = fitBaseline(series, { asOf: TO });
  return { journey: 'checkout', stage: name, segment: null, series, baseline };
}

const ORDER = ['cart', 'payment', 'confirmation'];
const inOrder = (): readonly string[] => ORDER;

const found = (...stages: readonly SearchedStage[]): FoundFailure[] =>
  searchFailures(stages, { from: FROM, to: TO, randomOf: () => seededRandom(1) });

const broken = { from: AT, to: AT + 90 * MINUTE };
const cart = stage('cart', 1, [{ ...broken, rate: 0.8 }]);
/** Nobody who was lost in the cart comes, and who comes converts as ever. */
const confirmation = stage('confirmation', 2, [{ ...broken, entries: 0.8 }]);

describe('what an earlier stage hands on', () => {
  it('is not another failure, whoever told of the earlier one', () => {
    const failures = found(cart, confirmation);
    expect(failures.map((one) => one.stage)).toEqual(['cart', 'confirmation']);
    expect(withoutHandedOn(failures, [], inOrder)).toEqual([failures[0]]);
    const [, later] = failures;
    const told = { journey: 'checkout', stage: 'cart', segment: null };
    const at = { startedAt: AT, endedAt: AT + HOUR };
    if (later === undefined) throw new Error('not found');
    expect(withoutHandedOn([later], [{ ...told, ...at }], inOrder)).toEqual([]);
  });

  it('is one where no earlier stage of the journey failed for those people then', () => {
    const [later] = found(confirmation);
    if (later === undefined) throw new Error('not found');
    const at = { startedAt: AT, endedAt: AT + HOUR };
    const other = { journey: 'checkout', stage: 'cart', segment: null, ...at };
    const elsewhere = [
      { ...other, journey: 'renewal' },
      { ...other, stage: 'confirmation' },
      { ...other, startedAt: AT - 4 * HOUR, endedAt: AT - 3 * HOUR },
      { ...other, startedAt: AT + 6 * HOUR, endedAt: AT + 7 * HOUR },
    ];
    expect(withoutHandedOn([later], elsewhere, inOrder)).toEqual([later]);
    const mobile = { ...later, segment: 'mobile' };
    expect(withoutHandedOn([mobile], [{ ...other, segment: 'web' }], inOrder)).toEqual([mobile]);
  });

  it('is one of every stage but the last: people are lost there too', () => {
    const payment = stage('payment', 2, [{ ...broken, entries: 0.8 }]);
    const failures = found(cart, payment);
    expect(withoutHandedOn(failures, [], inOrder)).toEqual(failures);
  });
});
