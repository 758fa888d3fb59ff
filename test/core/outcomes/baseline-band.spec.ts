import { describe, expect, it } from '@jest/globals';

import { baselineBands } from '../../../src/core/outcomes/baseline-band.js';
import { gammaPoisson, momentQuantile } from '../../../src/core/outcomes/baseline-interval.js';
import { expectedAt, fitBaseline } from '../../../src/core/outcomes/baseline.js';
import { excessAt } from '../../../src/core/outcomes/excess-variance.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';
import { MONDAY, simulateStage } from './simulated-stage.js';

describe('baseline bands', () => {
  const { series } = simulateStage({ days: 21, traffic: 150, seed: 5 });
  const baseline = fitBaseline(series, { asOf: MONDAY + 21 * DAY });

  it.each([series.width, HOUR, 6 * HOUR, DAY])('of %d ms add up what is expected', (length) => {
    const band = baselineBands(baseline, length);
    for (const at of [MONDAY - 3 * DAY, MONDAY + 5 * DAY + 7 * HOUR, MONDAY + 30 * DAY]) {
      let [entered, converted] = [0, 0];
      for (let start = at; start < at + length; start += series.width) {
        const { entries, rate } = expectedAt(baseline, start);
        entered += entries;
        converted += entries * rate;
      }
      const entriesExcess = excessAt(baseline.entriesExcess, length);
      const all = gammaPoisson(converted, entriesExcess + excessAt(baseline.rateExcess, length));
      const own = gammaPoisson(entered, entriesExcess);
      expect(band(at)).toEqual({
        entered,
        enteredInterval: [momentQuantile(own, 0.05), momentQuantile(own, 0.95)],
        converted,
        convertedInterval: [momentQuantile(all, 0.05), momentQuantile(all, 0.95)],
        conversionRate: converted / entered,
      });
    }
  });
});
