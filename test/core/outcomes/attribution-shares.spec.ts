import { describe, expect, it } from '@jest/globals';

import { attributionShares } from '../../../src/core/outcomes/attribution-shares.js';
import type { Suspect } from '../../../src/core/outcomes/attribution-shares.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { MINUTE } from '../../../src/core/telemetry/time.js';

function aSuspect(kind: string, overrides: Partial<Suspect> = {}): Suspect {
  const kinds = [kind, `${kind} service`, `${kind} service stage`];
  return { kinds, failed: false, failureId: null, lag: null, isCertain: false, ...overrides };
}

const on = (failureId: string, lag: number): Partial<Suspect> => ({
  failed: true,
  failureId,
  lag: lag * MINUTE,
});

/**
 * A made-up history: harmful alerts break their stage eight times in ten, some minutes before they
 * fire; harmless ones never do, and lie on others' failures, or on ones that nothing told of, by chance.
 */
function aHistory(count: number): { suspects: Suspect[]; isOwn: boolean[] } {
  const random = seededRandom(7);
  const suspects: Suspect[] = [];
  const isOwn: boolean[] = [];
  const add = (suspect: Suspect, own: boolean): void => {
    suspects.push(suspect);
    isOwn.push(own);
  };
  const anywhere = (): number => -40 + 100 * random();
  for (let i = 0; i < count; i += 1) {
    const failed = random() < 0.8;
    add(aSuspect('harmful', failed ? on(`f${i}`, -10 * random()) : {}), failed);
    if (failed && random() < 0.4) add(aSuspect('harmless', on(`f${i}`, anywhere())), false);
    const untold = random() < 0.05;
    add(aSuspect('harmless', untold ? on(`u${i}`, anywhere()) : {}), false);
    add(aSuspect('harmless'), false);
  }
  return { suspects, isOwn };
}

describe('whose doing a failure is', () => {
  it('is seen from how often a kind breaks stages and when it fires', () => {
    const { suspects, isOwn } = aHistory(400);
    const shares = attributionShares(suspects, 0.03);
    const mean = (wanted: (i: number) => boolean): number => {
      const some = Array.from(shares).filter((_, i) => suspects[i]?.failed === true && wanted(i));
      return some.reduce((sum, share) => sum + share, 0) / some.length;
    };
    expect(mean((i) => isOwn[i] === true)).toBeGreaterThan(0.97);
    expect(mean((i) => isOwn[i] === false)).toBeLessThan(0.1);
  });

  it('is several episodes’ at once where alerts of one fault all tell of it', () => {
    const both = Array.from({ length: 30 }, (_, i) => [
      aSuspect('errors', on(`f${i}`, -5)),
      aSuspect('latency', on(`f${i}`, -5)),
    ]).flat();
    const quiet = Array.from({ length: 30 }, (_, i) => aSuspect(i % 2 ? 'errors' : 'latency'));
    const shares = attributionShares([...both, ...quiet], 0.02);
    expect(Math.min(...shares.subarray(0, both.length))).toBeGreaterThan(0.9);
  });

  it('is what people said, and nobody’s where nothing failed', () => {
    const suspects = [
      aSuspect('errors', { ...on('f', 50), isCertain: true }),
      aSuspect('errors'),
      ...Array.from({ length: 40 }, () => aSuspect('errors')),
    ];
    expect(Array.from(attributionShares(suspects, 0.1)).slice(0, 2)).toEqual([1, 1]);
  });

  it('lets one suspect stand for a failure where nothing else can have broken the stage', () => {
    const suspects = [aSuspect('errors', on('f', 50)), aSuspect('latency')];
    expect(attributionShares(suspects, 0)[0]).toBeCloseTo(1, 12);
  });

  it('stays a number with hundreds of alerts on one failure', () => {
    const storm = Array.from({ length: 900 }, (_, i) =>
      aSuspect(`kind ${i % 9}`, on('outage', -5)),
    );
    const shares = attributionShares(storm, 0.01);
    expect(shares.every((share) => share > 0 && share <= 1)).toBe(true);
  });

  it('has nothing to say of nothing', () => {
    expect(attributionShares([], 0.1)).toHaveLength(0);
  });
});
