import { describe, expect, it } from '@jest/globals';

import { demoWorld } from '../../src/commands/demo-world.js';
import { planWorld } from '../../src/core/simulation/simulated-world.js';
import { DAY, HOUR, MINUTE } from '../../src/core/telemetry/time.js';

/** A Wednesday afternoon. */
const NOW = Date.UTC(2026, 10, 25, 15, 4, 5, 678);

describe("the demo's world", () => {
  it('is a month that ends now, not at midnight', () => {
    const { options, trainAt } = demoWorld(NOW);
    expect(options.toldUntil).toBeLessThanOrEqual(NOW);
    expect(options.toldUntil).toBeGreaterThan(NOW - MINUTE);
    expect(options.start).toBe(Date.UTC(2026, 9, 27));
    expect(options.start + options.days * DAY).toBe(Date.UTC(2026, 10, 26));
    expect(trainAt).toBe(options.toldUntil - 2 * DAY);
  });

  it('has alerts of the last hours', () => {
    const { options } = demoWorld(NOW);
    const { anomalies } = planWorld(options);
    const told = anomalies.filter(({ receivedAt }) => receivedAt < options.toldUntil);
    const age = NOW - Math.max(...told.map(({ anomaly }) => anomaly.startedAt));
    expect(age).toBeLessThan(6 * HOUR);
    expect(told.length).toBeLessThan(anomalies.length);
  });
});
