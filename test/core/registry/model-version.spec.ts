import { describe, expect, it } from '@jest/globals';
import {
  compareVersions,
  isModelVersion,
  nextVersion,
} from '../../../src/core/registry/model-version.js';
import { priorCard } from '../../../src/core/registry/prior-card.js';

describe('model versions', () => {
  const day = Date.UTC(2026, 10, 20, 23, 59);

  it('are numbered by day', () => {
    expect(nextVersion([], day)).toBe('2026-11-20.1');
    const existing = ['0', '2026-11-20.9', '2026-11-20.10', '2026-11-19.40'];
    expect(nextVersion(existing, day)).toBe('2026-11-20.11');
    expect(nextVersion(existing, day + 60_000)).toBe('2026-11-21.1');
  });

  it('sort by age, the prior first', () => {
    const sorted = ['2026-11-20.10', '2026-11-20.9', '0', '2025-12-31.1'].sort(compareVersions);
    expect(sorted).toEqual(['0', '2025-12-31.1', '2026-11-20.9', '2026-11-20.10']);
    expect(compareVersions('0', '0')).toBe(0);
  });

  it('are known from other texts', () => {
    expect(['0', '2026-11-20.3'].every(isModelVersion)).toBe(true);
    expect(['', '1', '2026-11-20', '2026-11-20.0', '../x'].some(isModelVersion)).toBe(false);
  });
});

describe('the card of the prior', () => {
  it('states its features, its base rate and that nothing was learned', () => {
    const card = priorCard(5, '0.1.0');
    expect(card.features.map((f) => f.name).sort()).toEqual([
      'relevance',
      'service_change_recency',
      'severity_level',
      'threshold_log_ratio',
    ]);
    expect(card).toMatchObject({ version: '0', baseRate: 0.1, data: null, metrics: null });
    expect(card.limits).toHaveLength(5);
  });
});
