import { describe, expect, it } from '@jest/globals';
import { gate, type GateInput } from '../../../src/core/registry/promotion-gate.js';
import { worseSegment } from '../../../src/core/registry/segment-check.js';
import { seededRandom } from '../../../src/core/statistics/random.js';

interface World {
  readonly labels: Uint8Array;
  /** The true probability of each episode. */
  readonly truth: Float64Array;
  readonly groups: readonly string[];
}

/** Episodes in incidents of three, each incident with one true log-odds. */
function world(episodes: number, seed: number, base = -1): World {
  const random = seededRandom(seed);
  const truth = new Float64Array(episodes);
  const groups: string[] = [];
  for (let i = 0; i < episodes; i += 1) {
    const same = i % 3 === 0 ? undefined : truth[i - 1];
    truth[i] = same ?? 1 / (1 + Math.exp(-(base + 4 * (random() - 0.5))));
    groups.push(`incident ${Math.floor(i / 3)}`);
  }
  return { truth, groups, labels: Uint8Array.from(truth, (p) => (random() < p ? 1 : 0)) };
}

const blur = (p: number, strength: number, base = 0.3) =>
  1 / (1 + ((1 - p) / p) ** strength * ((1 - base) / base) ** (1 - strength));

const input = (w: World, over: Partial<GateInput> = {}): GateInput => ({
  champion: { version: '2026-11-01.1', probabilities: w.truth.map((p) => blur(p, 0.4)) },
  challenger: { version: '2026-11-20.1', probabilities: w.truth },
  labels: w.labels,
  groups: w.groups,
  sameRecipe: false,
  heldOut: { startedAt: new Float64Array(w.labels.length).fill(11), cutOffs: [5, 10] },
  random: seededRandom(7),
  resamples: 300,
  ...over,
});

const large = world(900, 1);
const small = world(45, 2);

describe('the promotion gate', () => {
  it('promotes a new recipe that is truly better', () => {
    const decision = gate(input(large));
    expect(decision.verdict).toBe('promoted');
    expect(decision.reason).toContain('better');
    expect(decision.logLossDifference.interval[1]).toBeLessThan(0);
    expect(decision.challenger).toMatchObject({ version: '2026-11-20.1' });
    expect(decision.logLossDifference.mean).toBeCloseTo(
      decision.challenger.logLoss - decision.champion.logLoss,
      12,
    );
    expect(decision.episodes).toBe(900);
    expect(decision.failures).toBe(large.labels.reduce((a, b) => a + b));
  });

  it('keeps a poisoned challenger out, as a new recipe and as the same one', () => {
    const probabilities = large.truth.map((p) => 1 - p);
    for (const sameRecipe of [false, true]) {
      const challenger = { version: '2026-11-20.1', probabilities };
      const decision = gate(input(large, { challenger, sameRecipe }));
      expect(decision.verdict).toBe('kept');
      expect(decision.logLossDifference.interval[0]).toBeGreaterThan(0);
    }
  });

  it('keeps out a challenger whose probabilities are not numbers', () => {
    const challenger = { version: 'x', probabilities: large.truth.map(() => Number.NaN) };
    expect(gate(input(large, { challenger, sameRecipe: true })).verdict).toBe('kept');
    expect(gate(input(large, { challenger })).verdict).toBe('kept');
  });

  it('wants proof of a new recipe but only freshness of the same one', () => {
    const equal = { version: '2026-11-20.1', probabilities: large.truth };
    const champion = { version: '2026-11-01.1', probabilities: large.truth };
    expect(gate(input(large, { champion, challenger: equal }))).toMatchObject({
      verdict: 'kept',
      logLossDifference: { mean: 0, interval: [0, 0] },
    });
    expect(gate(input(large, { champion, challenger: equal, sameRecipe: true })).verdict).toBe(
      'promoted',
    );
  });

  it('does not trade calibration for log loss', () => {
    const labels = Uint8Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    // The champion knows the base rate alone, and that exactly; the challenger ranks perfectly but
    // says .4 and .15 where it is 1 and 0.
    const decision = gate(
      input(
        { ...large, labels },
        {
          groups: undefined,
          champion: { version: 'a', probabilities: new Float64Array(400).fill(0.25) },
          challenger: {
            version: 'b',
            probabilities: Float64Array.from(labels, (l) => (l ? 0.4 : 0.15)),
          },
          heldOut: { startedAt: new Float64Array(400), cutOffs: [] },
        },
      ),
    );
    expect(decision.logLossDifference.interval[1]).toBeLessThan(0);
    expect(decision.verdict).toBe('kept');
    expect(decision.reason).toContain('calibration');
  });

  it('lets no segment pay for the others', () => {
    const segments = large.groups.map((_, i) => (i < 150 ? 'mobile' : 'web'));
    // On mobile it gives each episode another one's probability.
    const probabilities = large.truth.map((p, i) => (i < 150 ? (large.truth[149 - i] ?? p) : p));
    const challenger = { version: 'b', probabilities };
    const champion = { version: 'a', probabilities: large.truth.map((p) => blur(p, 0.1)) };
    const alone = gate(input(large, { champion, challenger }));
    const judged = gate(input(large, { champion, challenger, segments }));
    expect(alone.reason).toContain('better');
    expect(alone.verdict).toBe('promoted');
    expect(judged.verdict).toBe('kept');
    expect(judged.reason).toContain('segment mobile');
  });

  it('judges no segment by failures that hardly count', () => {
    const differences = new Float64Array(24).fill(0.06);
    const labels = Uint8Array.from({ length: 24 }, (_, i) => (i < 12 ? 1 : 0));
    const segments = Array.from(labels, () => 'mobile');
    expect(worseSegment({ differences, labels, segments })).toContain('over 12 failures');
    // A tenth of a failure each: 1.2 of them.
    const weights = Float64Array.from(labels, (label) => (label === 1 ? 0.1 : 0.9));
    expect(worseSegment({ differences, labels, segments, weights })).toBeNull();
  });

  it('counts an incident once, however many episodes it has', () => {
    const labels = Uint8Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const four = input(
      { ...large, labels },
      {
        champion: { version: 'a', probabilities: new Float64Array(120).fill(0.5) },
        challenger: {
          version: 'b',
          probabilities: Float64Array.from(labels, (l) => (l ? 0.999 : 0.001)),
        },
        groups: Array.from({ length: 120 }, (_, i) => `incident ${i % 4}`),
        heldOut: { startedAt: new Float64Array(120), cutOffs: [] },
      },
    );
    expect(gate(four).verdict).toBe('insufficient-data');
    expect(gate({ ...four, groups: undefined, random: seededRandom(1) }).verdict).toBe('promoted');
  });

  it('says that data are insufficient, whatever the figures', () => {
    const decision = gate(input(small));
    expect(decision.failures).toBeLessThan(30);
    expect(decision.verdict).toBe('insufficient-data');
    expect(decision.reason).toContain('30');
  });

  it('lets the prior go for a trained model that is not worse, not for a poisoned one', () => {
    const champion = { version: '0', probabilities: small.truth.map((p) => blur(p, 0.2)) };
    const good = gate(input(small, { champion }));
    expect(good.verdict).toBe('promoted');
    expect(good.reason).toContain('prior');
    const poisoned = { version: 'b', probabilities: small.truth.map((p) => 1 - p) };
    expect(gate(input(small, { champion, challenger: poisoned })).verdict).toBe(
      'insufficient-data',
    );
    const rare = { ...small, labels: Uint8Array.from(small.labels, (_, i) => (i < 4 ? 1 : 0)) };
    const tiny = input(rare, {
      champion,
      challenger: {
        version: 'b',
        probabilities: Float64Array.from(rare.labels, (l) => (l ? 0.9 : 0.1)),
      },
    });
    expect(gate(tiny).verdict).toBe('insufficient-data');
  });

  it('refuses episodes that one of the two was trained on', () => {
    const heldOut = { startedAt: new Float64Array(900).fill(10), cutOffs: [5, 10] };
    expect(() => gate(input(large, { heldOut }))).toThrow('before a training cut-off');
  });

  it('promotes a challenger that is no better in at most one of ten worlds', () => {
    let promoted = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const w = world(240, 100 + seed);
      const random = seededRandom(seed);
      const noisy = () => w.truth.map((p) => blur(p, 1, 0.3) * 0.98 + 0.02 * random());
      const decision = gate(
        input(w, {
          champion: { version: 'a', probabilities: noisy() },
          challenger: { version: 'b', probabilities: noisy() },
          resamples: 100,
        }),
      );
      if (decision.verdict === 'promoted') promoted += 1;
    }
    // One side of a 90 % interval: 5 % of 60 are 3; binomial P(> 8) is below .5 %.
    expect(promoted).toBeLessThanOrEqual(8);
  });
});
