import { describe, expect, it } from '@jest/globals';

import { livedFigures } from '../../../src/core/thresholds/applied-effect.js';
import type { ToldOutcome } from '../../../src/core/outcomes/told-failures.js';
import { failuresOfOutcomes } from '../../../src/core/thresholds/stage-failures.js';
import { stalenessOf, touchesStage } from '../../../src/core/thresholds/staleness.js';
import { stateAfter, stateAt } from '../../../src/core/thresholds/suggestion-state.js';
import { unmitigatedFailures } from '../../../src/core/thresholds/unmitigated-failures.js';
import { WEEK } from '../../../src/core/telemetry/time.js';

const measured = (id: string, more: Partial<ToldOutcome> = {}): ToldOutcome => ({
  ...{ id, failureId: id, journey: 'j', stage: 's', failure: true, verdict: 'unknown' },
  ...{ source: 'measured', conversionsLost: 6, startedAt: 0, endedAt: 60, mitigatedAt: null },
  ...more,
});

describe('the failures of a stage', () => {
  it('are one each, however many outcomes tell of them', () => {
    const told = [
      measured('o1', { failureId: 'f', anomalyId: 'a1' }),
      measured('o2', { failureId: 'f', anomalyId: 'a2', conversionsLost: 8, mitigatedAt: 30 }),
      measured('no', { failure: false }),
      measured('null', { failure: null }),
    ];
    expect(failuresOfOutcomes(told, () => 2)).toEqual([
      { id: 'f', startedAt: 0, endedAt: 60, valueLost: 16, mitigatedAt: 30 },
    ]);
  });

  it('cost what a conversion was worth when they began', () => {
    const told = [measured('old', { endedAt: 200 }), measured('new', { startedAt: 100 })];
    const valueAt = (at: number): number => (at < 100 ? 2 : 50);
    const costs = failuresOfOutcomes(told, valueAt).map(({ id, valueLost }) => [id, valueLost]);
    expect(costs).toEqual([
      ['old', 12],
      ['new', 300],
    ]);
  });

  it('cost what people say, and those that nobody measured count too', () => {
    const human = { source: 'human', failureId: undefined } as const;
    const told = [
      measured('f', { anomalyId: 'a1' }),
      measured('h1', { ...human, anomalyId: 'a1', startedAt: undefined, conversionsLost: 9 }),
      measured('h2', { ...human, startedAt: 500, endedAt: undefined, verdict: 'missed' }),
      // Whether there was a drop is measured.
      measured('h3', { ...human, anomalyId: 'a1', failure: false, conversionsLost: 0 }),
    ];
    expect(failuresOfOutcomes(told, () => 1)).toMatchObject([
      { id: 'f', valueLost: 9 },
      { id: 'h2', startedAt: 500, endedAt: 500 + 3_600_000, valueLost: 6 },
    ]);
  });

  it('cost nothing of what had nothing to do with them', () => {
    const unrelated = { source: 'human', failureId: undefined, verdict: 'unrelated' } as const;
    const told = [
      measured('f', { anomalyId: 'a1' }),
      measured('h1', { ...unrelated, anomalyId: 'a1', conversionsLost: 31_000, mitigatedAt: 5 }),
      measured('h2', { ...unrelated, anomalyId: 'a2', failure: null, conversionsLost: 31_000 }),
    ];
    expect(failuresOfOutcomes(told, () => 1)).toEqual([
      { id: 'f', startedAt: 0, endedAt: 60, valueLost: 6, mitigatedAt: null },
    ]);
  });

  it('are worth what they cost where nobody steps in', () => {
    const failure = (id: string, length: number, mitigatedAt: number | null) => ({
      ...{ id, startedAt: 100, endedAt: 100 + length, valueLost: length, mitigatedAt },
    });
    const whole = [50, 60, 70].map((length) => failure(`w${length}`, length, null));
    const [short, long] = unmitigatedFailures([
      failure('m', 20, 110),
      failure('l', 90, 110),
      ...whole,
    ]);
    expect(short).toEqual({ id: 'm', startedAt: 100, endedAt: 160, valueLost: 60 });
    expect(long).toMatchObject({ endedAt: 190, valueLost: 90 });
    const few = unmitigatedFailures([failure('m', 20, 110), ...whole.slice(1)]);
    expect(few[0]).toMatchObject({ valueLost: 20 });
  });
});

describe('a suggestion', () => {
  it('goes only where it may', () => {
    expect(stateAfter('draft', 'shadow')).toBe('shadow');
    expect(stateAfter('shadow', 'approve')).toBe('approved');
    expect(stateAfter('approved', 'rollback')).toBe('rolled-back');
    for (const state of ['rejected', 'rolled-back', 'expired'] as const) {
      for (const decision of ['shadow', 'approve', 'reject', 'rollback'] as const) {
        expect(() => stateAfter(state, decision)).toThrow(state);
      }
    }
    expect(() => stateAfter('approved', 'reject')).toThrow('approved');
    expect(stateAt({ state: 'shadow', expiresAt: 5 }, 5)).toBe('expired');
    expect(stateAt({ state: 'approved', expiresAt: 5 }, 9)).toBe('approved');
  });

  it('is stale after a change on a service that its stage is mapped to', () => {
    const stage = { mappings: [{ match: ['service=~"pay.*"', 'severity="error"'], relevance: 1 }] };
    expect(touchesStage({ service: 'payment' }, stage)).toBe(true);
    expect(touchesStage({ service: 'cart', severity: 'error' }, stage)).toBe(false);
    expect(touchesStage({ service: 'payment' }, {})).toBe(false);
    const change = { id: 'c', kind: 'flag', title: 'new form', occurredAt: 1 } as const;
    const changes = [{ ...change, labels: { service: 'payment' } }];
    const newVersion = { version: 3, knownAt: 5 };
    expect(stalenessOf(stage, { changes, newVersion })).toEqual({
      reasons: ['the journey has version 3 since', "flag on the stage's service: new form"],
      since: 5,
    });
    expect(stalenessOf(stage, { changes: [], newVersion: null })).toEqual({
      reasons: [],
      since: null,
    });
  });

  it('is judged by what happened since', () => {
    const failure = { id: 'f', endedAt: 7000, valueLost: 1 };
    const lived = {
      ...{
        from: 0,
        to: 2 * WEEK,
        pages: [
          { at: 500, endedAt: 600 },
          { at: 9000, endedAt: null },
        ],
      },
      failures: [
        { ...failure, startedAt: 1000 },
        { ...failure, startedAt: 4000 },
        { ...failure, startedAt: 9500, endedAt: 9500 },
      ],
    };
    expect(livedFigures(lived, { lead: 500, detect: 0 })).toEqual({
      ...{ weeks: 2, pagesPerWeek: 1, failures: 3, missed: 1, continuitySeconds: 3 },
    });
  });
});
