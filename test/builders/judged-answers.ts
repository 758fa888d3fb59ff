import type { JudgedAnswer } from '../../src/core/monitoring/performance-answer.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import { HOUR, MINUTE } from '../../src/core/telemetry/time.js';

/** When the first episode fires; the others follow by the hour of their number. */
export const START = Date.UTC(2026, 0, 5);

/** From an answer until its label is known. */
export const DELAY = 8 * HOUR;

/** The first answer about an episode that broke nothing. */
export function anAnswer(id: number, overrides: Partial<JudgedAnswer> = {}): JudgedAnswer {
  const asOf = overrides.asOf ?? START + id * HOUR;
  return {
    episodeId: `e${id}`,
    journey: 'checkout',
    stage: 'payment',
    segment: null,
    source: 'prometheus',
    modelVersion: '2026-01-05.1',
    asOf,
    probability: 0.2,
    priority: 0.5,
    features: { severity_level: 1, service: 'payment' },
    dueAt: asOf + DELAY,
    state: 'labelled',
    label: 0,
    share: 1,
    labelKnownAt: asOf + DELAY,
    group: `e${id}`,
    failure: null,
    audit: null,
    ...overrides,
  };
}

/** The same of one that did. */
export function aFailure(
  id: number,
  lost: number,
  overrides: Partial<JudgedAnswer> = {},
): JudgedAnswer {
  const asOf = START + id * HOUR;
  return anAnswer(id, {
    label: 1,
    failure: {
      failureId: `f${id}`,
      startedAt: asOf - 10 * MINUTE,
      endedAt: asOf + 50 * MINUTE,
      conversionsLost: lost,
      valueLost: 80 * lost,
    },
    ...overrides,
  });
}

/** Honest answers about episodes, one an hour; whether a label was observed is up to `observe`. */
export function history(
  count: number,
  observe: (chance: number, random: () => number) => boolean,
): JudgedAnswer[] {
  const random = seededRandom(2);
  return Array.from({ length: count }, (_, id) => {
    const probability = random();
    const failed = random() < probability;
    const about = { probability, priority: probability, segment: id % 3 === 0 ? 'mobile' : null };
    const answer = failed ? aFailure(id, 10, about) : anAnswer(id, about);
    if (observe(probability, random)) return answer;
    return {
      ...answer,
      state: 'censored',
      label: null,
      labelKnownAt: null,
      failure: null,
    } as const;
  });
}
