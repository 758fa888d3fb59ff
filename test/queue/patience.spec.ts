import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { within } from '../../src/queue/patience.js';

const late = (): string => 'late';

describe('patience', () => {
  it('ends with the fallback once it has lasted', async () => {
    expect(await within(new Promise<string>(() => undefined), 200, late)).toBe('late');
    const answer = sleep(20).then(() => 'in time');
    expect(await within(answer, 2_000, late)).toBe('in time');
  });

  it('does not count the time in which this process itself was busy', async () => {
    // What answers comes over several turns of the loop, as over a connection.
    const answer = (async (): Promise<string> => {
      for (let turn = 0; turn < 5; turn += 1) await stat('.');
      return 'in time';
    })();
    const waited = within(answer, 300, late);
    const until = performance.now() + 1_000;
    while (performance.now() < until);
    expect(await waited).toBe('in time');
  });
});
