import { describe, expect, it } from '@jest/globals';
import { featureTable } from '../../../src/core/features/feature-table.js';
import { familiarityOf, unfamiliarityCheck } from '../../../src/core/scoring/abstention.js';
import { learnSurprise } from '../../../src/core/scoring/surprise.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { stratifiedFolds } from '../../../src/core/training/splits.js';
import { lawSet } from '../../contracts/classifier-laws.js';

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

  it('knows a row that is odd as a whole, and refuses about 1 % of those like it has seen', () => {
    const set = lawSet(3000);
    const folds = stratifiedFolds(set, 5, seededRandom(1));
    const surprise = learnSurprise(set, folds);
    expect(surprise?.falseAlarmRate).toBeLessThanOrEqual(0.01);
    expect(surprise?.falseAlarmRate).toBeGreaterThan(0.005);
    const familiarity = familiarityOf(set.table, surprise);
    const read = JSON.parse(JSON.stringify(familiarity)) as typeof familiarity;
    const whole = unfamiliarityCheck(read);
    const usual = { service: 'cart', ratio: 0.1, load: 0.5, noise: 0.5 };
    expect(whole(usual)).toBeNull();
    // Each value was seen; all of them at their ends together never were.
    const odd = whole({ service: 'cart', ratio: 1.999, load: 0.9999, noise: 0.0001 });
    expect(odd).toMatch(/more unusual than all but \d\.\d % of held-out episodes/);
  });

  it('does not mind what was never known in training: no model heeds it', () => {
    const { table: known, ...set } = lawSet(600);
    const numeric = new Map([...known.numeric, ['noise', new Float64Array(600).fill(Number.NaN)]]);
    const surprise = learnSurprise(
      { ...set, table: { ...known, numeric } },
      stratifiedFolds(set, 3, seededRandom(1)),
    );
    const whole = unfamiliarityCheck(familiarityOf(known, surprise));
    expect(whole({ service: 'cart', ratio: 0.1, load: 0.5, noise: 0.5 })).toBeNull();
  });

  it('learns no threshold where nothing was held out', () => {
    expect(learnSurprise(lawSet(), [])).toBeNull();
  });
});
