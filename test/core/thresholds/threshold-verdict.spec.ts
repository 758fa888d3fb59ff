import { describe, expect, it } from '@jest/globals';

import { costAgainst } from '../../../src/core/thresholds/threshold-verdict.js';

describe('two costs in words', () => {
  it('have as many digits as tell them apart', () => {
    expect(costAgainst(63.204, 71.1)).toBe('63.2 against 71.1');
    expect(costAgainst(56381.6, 56378.2)).toBe('56382 against 56378');
    expect(costAgainst(56381.4, 56381.3)).toBe('56381.4 against 56381.3');
    expect(costAgainst(12, 12)).toBe('12 against 12');
  });
});
