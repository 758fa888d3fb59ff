import { describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../../src/core/statistics/random.js';
import { baseRateLearner } from '../../../src/core/training/base-rate.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';
import { classifierLaws, lawSet } from '../../contracts/classifier-laws.js';

classifierLaws('base rate', baseRateLearner, { contributionTolerance: 1e-12 });
classifierLaws('logistic regression', logisticRegressionLearner);

describe('logistic regression', () => {
  it('shrinks to the base rate where features say nothing', () => {
    const set = lawSet(2000);
    const random = seededRandom(2);
    const noise = { ...set, labels: Uint8Array.from(set.labels, () => (random() < 0.3 ? 1 : 0)) };
    const fitted = logisticRegressionLearner.fit(noise, seededRandom(1));
    if (fitted instanceof Promise || fitted.kind !== 'fitted') throw new Error('not fitted');
    const said = fitted.classifier.predict(noise.table);
    expect(Math.max(...said) - Math.min(...said)).toBeLessThan(0.15);
  });

  it('refuses an artefact that is not its own', () => {
    const artefact = { learner: 'logistic', parameters: {}, weights: new Float64Array(1) };
    expect(() => logisticRegressionLearner.load(artefact)).toThrow(
      expect.objectContaining({ code: 'bad-artefact' }),
    );
  });
});
