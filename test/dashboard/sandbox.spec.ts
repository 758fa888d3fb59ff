import { describe, expect, it } from '@jest/globals';

import { SANDBOX } from '../../src/dashboard/sandbox.js';

describe('the frame of a report', () => {
  it('lets no script run in it: one of the same origin could take the walls away', () => {
    expect(SANDBOX.split(' ')).toEqual(['allow-same-origin']);
  });
});
