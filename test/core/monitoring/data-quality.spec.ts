import { describe, expect, it } from '@jest/globals';

import type { FeatureSchema } from '../../../src/core/features/feature-schema.js';
import { featureTable } from '../../../src/core/features/feature-table.js';
import { dataQuality } from '../../../src/core/monitoring/data-quality.js';
import type { FeatureQuality } from '../../../src/core/monitoring/data-quality.js';
import { driftReference } from '../../../src/core/monitoring/drift-reference.js';
import type { JudgedAnswer } from '../../../src/core/monitoring/performance-answer.js';
import { DAY, HOUR } from '../../../src/core/telemetry/time.js';
import { dataQualityPage } from '../../../src/reports/data-quality-page.js';

type Row = Readonly<Record<string, number | string | null>>;

const START = Date.UTC(2026, 0, 5);
const SCHEMA: FeatureSchema = {
  features: [
    { name: 'service', kind: 'categorical' },
    { name: 'ratio', kind: 'numeric' },
  ],
};

const nothing = { predict: () => new Float64Array(), contributions: () => new Float64Array() };

function answer(features: Row, i: number): JudgedAnswer {
  const asOf = START + i * HOUR;
  return {
    ...{ episodeId: `e${i}`, group: `e${i}`, journey: 'checkout', stage: 'payment' },
    ...{ segment: null, source: 'prometheus', modelVersion: '0', asOf, dueAt: asOf + HOUR },
    ...{ probability: 0.5, priority: 0.5, features, failure: null, audit: null, share: 1 },
    ...{ state: 'unmeasured', label: null, labelKnownAt: null },
  };
}

function reportOf(before: readonly Row[], rows: readonly Row[]): ReturnType<typeof dataQuality> {
  return dataQuality({
    ...{ model: '0', schema: SCHEMA, from: START, until: START + 30 * DAY, asOf: START + 30 * DAY },
    chunk: 10 * DAY,
    reference: driftReference(featureTable(SCHEMA, before), [], nothing),
    answers: rows.map(answer),
  });
}

function qualityOf(name: string, report: ReturnType<typeof reportOf>): FeatureQuality {
  const found = report.features[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const times = (count: number, row: Row): Row[] => Array.from({ length: count }, () => row);

const BEFORE = [
  { service: 'payment', ratio: 1 },
  { service: 'cart', ratio: 3 },
];

describe('values that the reference never had', () => {
  it('are named, the most frequent first, with how many rows have them', () => {
    const rows = [
      ...times(2, { service: 'refunds', ratio: 1 }),
      ...times(3, { service: 'wallet', ratio: 2 }),
      ...times(5, { service: 'payment', ratio: 2 }),
      ...times(2, { service: 'gifts', ratio: 2 }),
      { service: null, ratio: null },
    ];
    const report = reportOf(BEFORE, rows);
    expect(qualityOf('service', report)).toMatchObject({
      unseen: 7 / 12,
      unseenKinds: 3,
      unseenValues: [
        { value: 'wallet', rows: 3 },
        { value: 'gifts', rows: 2 },
        { value: 'refunds', rows: 2 },
      ],
      issues: ['missing', 'unseen-values'],
    });
    expect(qualityOf('ratio', report)).toMatchObject({ unseenKinds: 0, unseenValues: [] });
  });

  it('are at most five, and long ones are shortened', () => {
    const rows = Array.from({ length: 9 }, (_, i) => ({ service: `${i}${'x'.repeat(500)}` }));
    const { unseenKinds, unseenValues } = qualityOf('service', reportOf(BEFORE, rows));
    expect(unseenKinds).toBe(9);
    expect(unseenValues.map(({ rows: own }) => own)).toEqual([1, 1, 1, 1, 1]);
    expect(unseenValues[0]?.value).toBe(`0${'x'.repeat(58)}…`);
  });

  it('are numbers out of range: those that come again, or the furthest where none does', () => {
    const of = (...ratios: number[]): FeatureQuality => {
      const rows = ratios.map((ratio) => ({ service: 'cart', ratio }));
      return qualityOf('ratio', reportOf(BEFORE, rows));
    };
    expect(of(4, -10, 2, 5, 5)).toMatchObject({
      unseen: 0.8,
      unseenKinds: 3,
      unseenValues: [{ value: 5, rows: 2 }],
    });
    expect(of(4, 2, -10)).toMatchObject({
      unseenKinds: 2,
      unseenValues: [{ value: -10, rows: 1 }],
    });
  });

  it('are none where there was nothing before, or nothing is now', () => {
    const none = { unseen: null, unseenKinds: 0, unseenValues: [], issues: [] };
    expect(qualityOf('service', reportOf([], times(2, { service: 'a' })))).toMatchObject(none);
    expect(qualityOf('service', reportOf(BEFORE, []))).toMatchObject(none);
  });

  it('stand on the page as text, with how many more there are', () => {
    const rows = Array.from({ length: 9 }, (_, i) => ({ service: `<b>${i}`, ratio: 2 }));
    const page = dataQualityPage(reportOf(BEFORE, [...rows, ...times(1, { service: '<b>0' })]));
    expect(page).toContain('&lt;b&gt;0 <small>× 2</small>');
    expect(page).toContain('<small>4 more</small>');
    expect(page).not.toContain('<b>0');
  });
});
