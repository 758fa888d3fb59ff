import { describe, expect, it } from '@jest/globals';

import type { ConceptAnswer } from '../../../src/core/monitoring/performance-answer.js';
import { provenChanges } from '../../../src/core/monitoring/proven-changes.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';
import type { ChangedMeaning } from '../../../src/core/training/changed-meaning.js';
import { isOutdated } from '../../../src/core/training/changed-meaning.js';

const START = Date.UTC(2026, 0, 5);
const SERVICES = ['auth', 'cart', 'mail', 'search'];

/** An alert every hour; from a day on those of one service break the stage, which one in twenty does. */
function answers({ days, from }: { days: number; from: number }): ConceptAnswer[] {
  const random = seededRandom(7);
  return Array.from({ length: days * 24 }, (_, hour) => {
    const service = SERVICES[hour % SERVICES.length] ?? '';
    const asOf = START + hour * HOUR;
    const rate = service === 'search' && asOf >= START + from * DAY ? 0.7 : 0.05;
    return {
      ...{ journey: 'checkout', stage: 'browse', asOf, features: { service, rule: 'Slow' } },
      ...{ label: random() < rate ? 1 : 0, share: 1, group: `g${hour}` },
    };
  });
}

const changesAt = (day: number, known: readonly ChangedMeaning[] = []): ChangedMeaning[] => {
  const asOf = START + day * DAY;
  return provenChanges(answers({ days: day, from: 35 }), known, { asOf, random: seededRandom(1) });
};

const proven = { service: 'search', stage: 'checkout/browse', changedAt: START + 35 * DAY };

describe('changes of meaning that are proven', () => {
  it('are found since the beginning of the week that proves them', () => {
    expect(changesAt(35)).toEqual([]);
    expect(changesAt(42)).toEqual([proven]);
  });

  it('are remembered, and what they made outdated proves no other', () => {
    expect(changesAt(49, [proven])).toEqual([proven]);
    // Asked as if nothing were known, the week after is unlike the weeks before as well.
    expect(changesAt(49)).toHaveLength(1);
  });

  it('make outdated what the alerts of that service did at that stage before', () => {
    const [before, after] = [proven.changedAt - 1, proven.changedAt].map((asOf) => ({
      ...{ journey: 'checkout', stage: 'browse', features: { service: 'search' }, asOf },
    }));
    if (!before || !after) throw new Error('two are made');
    expect(isOutdated(before, [proven])).toBe(true);
    expect(isOutdated(after, [proven])).toBe(false);
    expect(isOutdated({ ...before, stage: 'cart' }, [proven])).toBe(false);
    expect(isOutdated({ ...before, stage: 'cart' }, [{ ...proven, stage: null }])).toBe(true);
    expect(isOutdated({ ...before, features: { service: 'cart' } }, [proven])).toBe(false);
    expect(isOutdated(before, [])).toBe(false);
  });
});
