import { describe, expect, it } from '@jest/globals';

import { parityProbe, requireParity } from '../../../src/core/scoring/parity-probe.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import type { Classifier } from '../../../src/core/training/classifier.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';
import { lawSet } from '../../contracts/classifier-laws.js';

describe('parity of a loaded model', () => {
  it('holds where it answers as it did, gaps and categories included, and is missed where not', async () => {
    const { table, ...set } = lawSet();
    const fitted = await logisticRegressionLearner.fit({ ...set, table }, seededRandom(1));
    if (fitted.kind !== 'fitted') throw new Error(fitted.reason);
    const made = parityProbe(fitted.classifier, table);
    const probe = JSON.parse(JSON.stringify(made)) as typeof made;
    expect(probe.rows).toHaveLength(16);
    const { parameters, ...artefact } = fitted.classifier.save();
    const json: unknown = JSON.parse(JSON.stringify(parameters));
    const loaded = logisticRegressionLearner.load({ ...artefact, parameters: json });
    requireParity(loaded, probe, table.schema);
    const off = (by: number): Classifier => ({
      ...loaded,
      predict: (rows) => loaded.predict(rows).map((p) => p + by),
    });
    expect(() => {
      requireParity(off(2e-5), probe, table.schema);
    }).toThrow(expect.objectContaining({ code: 'no-parity' }));
    requireParity(off(5e-6), probe, table.schema);
  });
});
