import { describe, expect, it } from '@jest/globals';

import { rulesOfFile } from '../../../src/connectors/prometheus/alert-rules.js';
import { parseComparison, selectorParts } from '../../../src/connectors/prometheus/comparison.js';

describe('the comparison of an alert expression', () => {
  it.each([
    ['rate(x[5m]) > 0.5', 'rate(x[5m])', '>', 0.5],
    ['0.5 < x', 'x', '>', 0.5],
    ['100 >= x', 'x', '<=', 100],
    ['(sum(a > 3)) >= (5 * 60)', '(sum(a > 3))', '>=', 300],
    ['x > -1.5e-3', 'x', '>', -0.0015],
    ['x < - (2)', 'x', '<', -2],
    ['x > 0x1F', 'x', '>', 31],
    ['(x > 1) # a comment', 'x', '>', 1],
    [
      'histogram_quantile(0.9, sum by (le) (rate(b[5m]))) > 1',
      'histogram_quantile(0.9, sum by (le) (rate(b[5m])))',
      '>',
      1,
    ],
    [
      'avg_over_time(up{job="a"}[10m] offset 5m) < 0.9',
      'avg_over_time(up{job="a"}[10m] offset 5m)',
      '<',
      0.9,
    ],
    ['absent(up) * 3 > 2', 'absent(up) * 3', '>', 2],
  ])('%s', (expr, left, comparison, threshold) => {
    expect(parseComparison(expr)).toMatchObject({ left, comparison, threshold });
  });

  it.each([
    ['up', 'no-comparison'],
    ['1', 'no-comparison'],
    ['absent(up{job="a"})', 'absent'],
    ['absent_over_time(up[5m])', 'absent'],
    ['a > 1 and b > 2', 'compound'],
    ['a > 1 unless b', 'compound'],
    ['up == 0', 'equality'],
    ['a > bool 1', 'bool-comparison'],
    ['a > b', 'two-series'],
    ['a > on(x) group_left b', 'two-series'],
    ['a > scalar(b)', 'two-series'],
    ['a >', 'bad-expression'],
    ['', 'bad-expression'],
    ['a > 1 )', 'bad-expression'],
  ])('%s cannot be taken apart', (expr, code) => {
    expect(parseComparison(expr)).toMatchObject({ code });
  });

  it('writes another threshold in its place', () => {
    const found = parseComparison('0.5 < rate(x{a="0.5"}[5m]) # 0.5');
    expect('withThreshold' in found && found.withThreshold(2)).toBe(
      '2 < rate(x{a="0.5"}[5m]) # 0.5',
    );
  });

  it('knows a plain selector by its metric and labels', () => {
    expect(selectorParts('x{a="b", c!="d"}')).toEqual({ metric: 'x', labels: { a: 'b' } });
    expect(selectorParts('rate(x[5m])')).toBeNull();
  });
});

describe('a rule file', () => {
  it('gives its alerts, and says why some have no threshold', () => {
    const file = `groups:
  - name: shop
    rules:
      - record: job:errors:rate5m
        expr: rate(errors[5m])
      - { alert: High, expr: job:errors:rate5m > 0.1, for: 5m, labels: { severity: page } }
      - { alert: Gone, expr: absent(up) }
      - { alert: Kept, expr: x < 2, keep_firing_for: 1h30m }
  - { name: empty, rules: }
`;
    expect(rulesOfFile(file)).toEqual({
      rules: [
        {
          ...{ group: 'shop', name: 'High', expr: 'job:errors:rate5m > 0.1' },
          ...{ query: 'job:errors:rate5m', comparison: '>', threshold: 0.1 },
          ...{ for: 300_000, keepFiringFor: 0, labels: { severity: 'page' } },
        },
        {
          ...{ group: 'shop', name: 'Kept', expr: 'x < 2', query: 'x', comparison: '<' },
          ...{ threshold: 2, for: 0, keepFiringFor: 5_400_000, labels: {} },
        },
      ],
      skipped: [expect.objectContaining({ name: 'Gone', code: 'absent' })],
    });
  });

  it.each([
    ['groups: [', 'no YAML'],
    ['groups: 3', '/groups'],
    ['groups: [{ name: a, rules: [{ alert: b }] }]', '/groups/0/rules/0/expr'],
    ['groups: [{ name: a, rules: [{ alert: b, expr: x, for: soon }] }]', '/groups/0/rules/0/for'],
    ['a: &a [1]\ngroups: *a', 'no YAML'],
  ])('%j is refused', (text, says) => {
    expect(() => rulesOfFile(text)).toThrow(says);
  });
});
