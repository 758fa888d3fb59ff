import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

import { categoricalFigures, numericFigures } from '../../../src/core/monitoring/drift-figures.js';
import { categoricalSample, numericSample } from '../../../src/core/monitoring/drift-sample.js';
import { expectedMetrics } from '../../../src/core/monitoring/performance-expected.js';
import { classificationMetrics } from '../../../src/core/statistics/classification-metrics.js';

const conformance = new URL('../../../../shared/conformance/drift.json', import.meta.url);

interface Case {
  readonly name: string;
  readonly type: string;
  readonly reference?: readonly (string | number)[];
  readonly current?: readonly (string | number)[];
  readonly probabilities?: readonly number[];
  readonly labels?: readonly number[];
  readonly scores?: readonly number[];
  readonly expect: Readonly<Record<string, unknown>>;
}

/** X and Y of the generated case, as its name has them. */
function sidesOf({ reference, current }: Case): [Float64Array, Float64Array] {
  if (reference !== undefined && current !== undefined) {
    return [Float64Array.from(reference, Number), Float64Array.from(current, Number)];
  }
  const at = (i: number): number => ((37 * i) % 1000) / 1000;
  return [
    Float64Array.from({ length: 2000 }, (_, i) => at(i)),
    Float64Array.from({ length: 1500 }, (_, i) => at(i) ** 1.2),
  ];
}

function figuresOf(one: Case): Record<string, number | null | undefined> {
  if (one.type === 'categorical') {
    const sides = [one.reference ?? [], one.current ?? []] as const;
    const [reference, current] = sides.map((side) => categoricalSample(side.map(String)));
    if (!reference || !current) throw new Error('unreachable');
    const { chiSquare, chiSquareOneSample, ...figures } = categoricalFigures(reference, current);
    return {
      psi: figures.psi,
      kl: figures.kullbackLeibler,
      jensenShannonNatural: figures.jensenShannon,
      jensenShannonBase2: figures.jensenShannonBase2,
      chiSquareOneSampleP: chiSquareOneSample?.p,
      chiSquareTwoSample: chiSquare?.statistic,
      chiSquareTwoSampleP: chiSquare?.p,
    };
  }
  if (one.type === 'numeric') {
    const [reference, current] = sidesOf(one);
    const figures = numericFigures(numericSample(reference), numericSample(current));
    return {
      ks: figures.ks?.statistic,
      ksExactP: figures.ks?.exactP,
      ksAsymptoticP: figures.ks?.asymptoticP,
      wasserstein: figures.wasserstein,
      wassersteinOverReferenceSd: figures.wassersteinScaled,
    };
  }
  if (one.type === 'cbpe') {
    const probabilities = Float64Array.from(one.probabilities ?? []);
    const { rocAuc, prAuc } = expectedMetrics({ probabilities, calibrated: probabilities });
    return { rocAuc, averagePrecision: prAuc };
  }
  const probabilities = Float64Array.from(one.scores ?? []);
  const labels = Uint8Array.from(one.labels ?? []);
  const { rocAuc, prAuc } = classificationMetrics({ labels, probabilities });
  return { rocAuc, averagePrecision: prAuc };
}

const COVERED = new Set(['categorical', 'numeric', 'cbpe', 'scores']);

describe('the shared conformance cases of drift', () => {
  const check = existsSync(conformance) ? it : it.skip;

  check('hold to 1e-9', () => {
    const { cases } = JSON.parse(readFileSync(conformance, 'utf8')) as { cases: Case[] };
    const covered = cases.filter(({ type }) => COVERED.has(type));
    const compared = covered.flatMap((one) => {
      const figures = figuresOf(one);
      return Object.entries(one.expect).flatMap(([name, wanted]) => {
        if (typeof wanted !== 'number' || !(name in figures)) return [];
        const off = Math.abs((figures[name] ?? Number.NaN) - wanted);
        return [{ of: `${one.name}: ${name}`, isNear: off < 1e-9 }];
      });
    });
    expect(compared.length).toBeGreaterThan(20);
    expect(compared.filter(({ isNear }) => !isNear)).toEqual([]);
  });
});
