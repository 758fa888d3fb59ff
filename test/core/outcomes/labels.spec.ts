import { describe, expect, it } from '@jest/globals';
import { failureIdOf } from '../../../src/core/outcomes/failure-id.js';
import { labelDelay, outcomeDueAt } from '../../../src/core/outcomes/outcome-due.js';
import type { Outcome } from '../../../src/core/outcomes/outcome.js';
import { currentOutcomes } from '../../../src/core/outcomes/supersede.js';
import {
  labelState,
  trainingLabel,
  weightedLabels,
} from '../../../src/core/outcomes/training-label.js';
import { HOUR, MINUTE } from '../../../src/core/telemetry/time.js';

const measured = (failure: boolean | null, failureProbability = 0.5) =>
  ({ source: 'measured', verdict: 'unknown', failure, failureProbability }) as const;
const human = (verdict: Outcome['verdict'], failure: boolean | null = null) =>
  ({ source: 'human', verdict, failure }) as const;

describe('trainingLabel', () => {
  it.each([
    ['measured failure', [measured(true)], 1, 'failure'],
    ['measured failure that was caused', [measured(true), human('caused')], 1, 'failure'],
    [
      'failure that it has nothing to do with',
      [measured(true), human('unrelated')],
      0,
      'unrelated',
    ],
    ['no failure', [measured(false)], 0, 'no-failure'],
    [
      'measuring wins over people on whether it dropped',
      [measured(false), human('caused', true)],
      0,
      'no-failure',
    ],
    [
      'people decide what measuring could not',
      [measured(null), human('contributed', true)],
      1,
      'failure',
    ],
    ['a later verdict counts', [measured(true), human('unrelated'), human('caused')], 1, 'failure'],
    ['unrelated without a measurement', [human('unrelated')], 0, 'unrelated'],
  ] as const)('%s', (_, outcomes, label, kind) => {
    expect(trainingLabel(outcomes)).toEqual({ label, weight: 1, kind });
    expect(weightedLabels(outcomes)).toEqual([{ label, weight: 1, kind }]);
  });

  it('leaves undecided ones out, or weighs both answers by the failure probability', () => {
    const outcomes = [measured(null, 0.3), human('caused')];
    expect(trainingLabel(outcomes)).toBeNull();
    expect(labelState(outcomes)).toEqual({ state: 'undecided', failureProbability: 0.3 });
    const rows = weightedLabels(outcomes);
    expect(rows.map(({ label, weight }) => [label, weight])).toEqual([
      [1, 0.3],
      [0, 0.7],
    ]);
    expect(labelState([])).toEqual({ state: 'unmeasured' });
  });

  it('censors an episode whose mitigation cut the window short, unless it failed first', () => {
    const window = { startedAt: 0, horizonEndsAt: HOUR, mitigatedAt: 10 * MINUTE };
    expect(labelState([measured(false)], window)).toEqual({ state: 'censored' });
    expect(trainingLabel([measured(false)], window)).toBeNull();
    expect(trainingLabel([measured(true)], window)?.label).toBe(1);
    expect(trainingLabel([measured(true), human('unrelated')], window)?.label).toBe(0);
    const late = { ...window, mitigatedAt: 2 * HOUR };
    expect(trainingLabel([measured(false)], late)?.label).toBe(0);
  });
});

describe('currentOutcomes', () => {
  it('drops what a correction superseded, along the whole chain', () => {
    const chain = [
      { id: 'a' },
      { id: 'b', supersedes: 'a' },
      { id: 'c' },
      { id: 'd', supersedes: 'b' },
    ];
    expect(currentOutcomes(chain).map(({ id }) => id)).toEqual(['c', 'd']);
  });
});

describe('failureIdOf', () => {
  const known = [
    { failureId: 'f1', journey: 'j', stage: 's', startedAt: 0, endedAt: 100 },
    { failureId: 'f2', journey: 'j', stage: 's', startedAt: 120, endedAt: 200 },
    { failureId: 'f3', journey: 'j', stage: 't', startedAt: 0, endedAt: 300 },
  ];

  it('shares the failure that the window overlaps most, of its own stage', () => {
    const at = (startedAt: number, endedAt: number) =>
      failureIdOf({ journey: 'j', stage: 's', startedAt, endedAt }, known);
    expect(at(50, 90)).toBe('f1');
    expect(at(90, 180)).toBe('f2');
    expect(at(100, 120)).toBe('j/s/100');
    expect(at(300, 400)).toBe('j/s/300');
  });
});

describe('outcomeDueAt', () => {
  it('waits for the search, the conversion window and late events', () => {
    const stage = { window: 30 * MINUTE, horizon: 2 * HOUR };
    expect(labelDelay(stage, { window: HOUR }, 5 * MINUTE)).toBe(8 * HOUR + 35 * MINUTE);
    const due = (knownAt: number): number =>
      outcomeDueAt({ startedAt: HOUR, knownAt }, {}, { window: HOUR });
    expect(due(HOUR)).toBe(9 * HOUR + 15 * MINUTE);
    // Told of a day later: nothing of it was known before.
    expect(due(25 * HOUR)).toBe(25 * HOUR);
  });
});
