import { expect, it } from '@jest/globals';

import type { Outcome } from '../../src/dashboard/answers.js';
import { standing } from '../../src/dashboard/missed.js';

const missed = (id: string, day: number, more: Partial<Outcome> = {}): Outcome => ({
  ...{ id, journey: 'checkout', stage: 'payment', failure: true, verdict: 'missed' },
  ...{ source: 'measured', recordedAt: `2026-03-${day + 1}T07:00:00Z` },
  startedAt: `2026-03-${day}T12:00:00Z`,
  endedAt: `2026-03-${day}T13:00:00Z`,
  ...more,
});

it('shows the missed failures that stand, newest first', () => {
  const outcomes = [
    missed('old', 10),
    missed('first', 12),
    missed('withdrawn', 13),
    missed('second', 14),
    missed('first again', 12, { supersedes: 'first' }),
    missed('no more', 13, { supersedes: 'withdrawn', failure: null }),
  ];
  const shown = standing(outcomes, '2026-03-11T00:00:00Z');
  expect(shown.map(({ id }) => id)).toEqual(['second', 'first again']);
});
