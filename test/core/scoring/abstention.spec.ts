import { describe, expect, it } from '@jest/globals';
import { featureTable } from '../../../src/core/features/feature-table.js';
import { familiarityOf, unfamiliarityCheck } from '../../../src/core/scoring/abstention.js';

const table = featureTable(
  {
    features: [
      { name: 'service', kind: 'categorical' },
      { name: 'rule', kind: 'categorical' },
      { name: 'score', kind: 'numeric' },
      { name: 'confidence', kind: 'numeric' },
    ],
  },
  [
    { service: 'pay', rule: 'Errors', score: 10, confidence: null },
    { service: null, rule: 'Latency', score: 14, confidence: null },
  ],
);

const check = unfamiliarityCheck(familiarityOf(table));

describe('abstention', () => {
  it('remembers what was seen, as plain data', () => {
    const familiarity = familiarityOf(table);
    expect(familiarity).toEqual({
      services: ['pay'],
      rules: ['Errors', 'Latency'],
      ranges: { score: [10, 14] },
    });
    expect(JSON.parse(JSON.stringify(familiarity))).toEqual(familiarity);
  });

  it('needs both service and rule to be new', () => {
    expect(check({ service: 'new', rule: 'Errors', score: 11 })).toBeNull();
    expect(check({ service: 'pay', rule: 'New', score: 11 })).toBeNull();
    expect(check({ service: 'new', rule: 'New', score: 11 })).toContain('neither the service new');
    expect(check({ service: null, rule: 'New', score: 11 })).toContain('(none)');
  });

  it('tolerates two widths outside the range, no more', () => {
    expect(check({ service: 'pay', rule: 'Errors', score: 22 })).toBeNull();
    expect(check({ service: 'pay', rule: 'Errors', score: 2 })).toBeNull();
    expect(check({ service: 'pay', rule: 'Errors', score: 22.1 })).toContain('score is 22.1');
    expect(check({ service: 'pay', rule: 'Errors', score: null })).toBeNull();
    expect(check({ service: 'pay', rule: 'Errors', confidence: 1e9 })).toBeNull();
  });
});
