import { describe, expect, it } from '@jest/globals';

import { dataQuality } from '../../../src/core/monitoring/data-quality.js';
import { driftFindings } from '../../../src/core/monitoring/drift-findings.js';
import type { DriftReference } from '../../../src/core/monitoring/drift-reference.js';
import { driftReference } from '../../../src/core/monitoring/drift-reference.js';
import { modelConcept } from '../../../src/core/monitoring/model-concept.js';
import type { ModelDriftReport } from '../../../src/core/monitoring/model-drift.js';
import { modelDrift } from '../../../src/core/monitoring/model-drift.js';
import type { JudgedAnswer } from '../../../src/core/monitoring/performance-answer.js';
import type { FeatureRow, FeatureSchema } from '../../../src/core/features/feature-schema.js';
import { featureTable } from '../../../src/core/features/feature-table.js';
import type { ServiceConcept } from '../../../src/core/monitoring/service-concept.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { logisticRegressionLearner } from '../../../src/core/training/logistic-regression.js';
import { dataQualityPage } from '../../../src/reports/data-quality-page.js';
import { modelDriftPage } from '../../../src/reports/model-drift-page.js';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 5, 1);
const schema: FeatureSchema = {
  features: [
    { name: 'load', kind: 'numeric' },
    { name: 'idle', kind: 'numeric' },
    { name: 'service', kind: 'categorical' },
    { name: 'segment', kind: 'categorical' },
  ],
};
const random = seededRandom(21);
const sum = (): number => random() + random() + random() - 1.5;

interface Shift {
  readonly load?: number;
  readonly idle?: number;
  readonly service?: string;
}

const rowOf = ({ load = 0, idle = 0, service }: Shift = {}): FeatureRow => ({
  load: sum() + load,
  idle: random() < 0.1 ? null : sum() + idle,
  service: service !== undefined && random() < 0.2 ? service : random() < 0.5 ? 'api' : 'db',
  segment: random() < 0.5 ? 'web' : 'app',
});

const chanceOf = (row: FeatureRow): number => 1 / (1 + Math.exp(-3 * Number(row['load'])));

const training = Array.from({ length: 3000 }, () => rowOf());
const trained = featureTable(schema, training);

/** A model that heeds the load alone. */
const model = {
  predict: (): Float64Array => Float64Array.from(training, chanceOf),
  contributions: (table: { rows: number }): Float64Array =>
    Float64Array.from({ length: 4 * table.rows }, (_, i) =>
      i % 4 === 0 ? 1 : i % 4 === 1 ? 0.1 : 0,
    ),
};
const labels = training.map((row) => (random() < chanceOf(row) ? 1 : 0));
// What is kept must survive JSON.
const reference = JSON.parse(
  JSON.stringify(driftReference(trained, labels, model)),
) as DriftReference;

function answersOf(count: number, shift: Shift = {}, truth = chanceOf): JudgedAnswer[] {
  return Array.from({ length: count }, (_, i): JudgedAnswer => {
    const features = rowOf(shift);
    const probability = chanceOf(features);
    const label = random() < truth(features) ? 1 : 0;
    return {
      episodeId: `e${i}`,
      journey: 'checkout',
      stage: 'payment',
      segment: String(features['segment']),
      source: i % 3 ? 'prometheus' : 'detector',
      modelVersion: 'm1',
      asOf: FROM + i * HOUR,
      probability,
      priority: probability,
      features,
      dueAt: FROM + i * HOUR,
      state: 'labelled',
      label,
      share: 1,
      labelKnownAt: FROM + i * HOUR,
      group: `e${i}`,
      audit: null,
      failure: null,
    };
  });
}

const ask = (answers: readonly JudgedAnswer[]): Promise<ModelDriftReport> =>
  modelDrift({
    model: 'm1',
    schema,
    from: FROM,
    until: FROM + answers.length * HOUR,
    asOf: FROM + answers.length * HOUR,
    fittedUntil: FROM,
    reference,
    referenceKind: 'training',
    answers,
    learner: logisticRegressionLearner,
    random: seededRandom(1),
  });

describe('drift of a model', () => {
  it('is none where all is as it was', async () => {
    const report = await ask(answersOf(800));
    expect(report.drifted).toEqual([]);
    expect(report.targets.prediction.verdict).toBe('stable');
    expect(report.targets.label.verdict).toBe('stable');
    expect(report.concept).toMatchObject({ answers: 800, changes: [], driftedServices: [] });
    expect(report.together?.p).toBeGreaterThan(0.01);
    expect(report.rankError).toBeLessThan(0.002);
    expect(driftFindings(report)).toMatchObject({ verdict: 'stable', asksToLearn: [] });
  });

  it('ranks what the model heeds before what it does not, however far that moved', async () => {
    const report = await ask(answersOf(800, { load: 0.4, idle: 1.5, service: 'cache' }));
    expect(new Set(report.drifted)).toEqual(new Set(['idle', 'load', 'service']));
    expect(report.drifted[0]).toBe('idle');
    expect(report.ranking[0]?.feature).toBe('load');
    expect(report.targets.prediction.verdict).toBe('drifted');
    expect(report.targets.label.verdict).toBe('drifted');
    expect(report.together?.rocAuc).toBeGreaterThan(0.8);
    expect(report.chunks?.length).toBeGreaterThan(5);
    expect(report.segments?.['web']?.drifted).toContain('load');
    expect(driftFindings(report)).toMatchObject({
      verdict: 'drifted',
      features: ['load', 'idle', 'service'],
      targets: ['prediction', 'label'],
      asksToLearn: ['load'],
    });
    const page = modelDriftPage(report);
    expect(page).toContain('What may have cost most');
    expect(page).toContain('The share of failures changed.');
    expect(page).not.toMatch(/NaN|undefined|https?:|<script/);
  });

  it('sees that the same inputs come to mean something else', async () => {
    const before = answersOf(400);
    const after = answersOf(400, {}, (row) => 1 - chanceOf(row)).map((answer, i) => ({
      ...answer,
      episodeId: `later${i}`,
      asOf: answer.asOf + 400 * HOUR,
      group: `later${i}`,
    }));
    const report = await ask([...before, ...after]);
    const { concept, drifted } = report;
    expect(drifted).toEqual([]);
    expect(driftFindings(report)).toMatchObject({ verdict: 'drifted', errorsRose: true });
    expect(concept.changes).toHaveLength(1);
    expect(concept.changes[0]?.after).toBeGreaterThan(2 * (concept.changes[0]?.before ?? 1));
  });

  it('counts answers of one incident once where the errors of all of them are looked at', () => {
    const incidents = (random: () => number, start: number, rate: number, episodes: number) =>
      Array.from({ length: 400 }, (_, incident) => {
        const label = random() < rate ? 1 : 0;
        return answersOf(episodes).map((answer, i): JudgedAnswer => {
          const asOf = FROM + (start + episodes * incident + i) * HOUR;
          const probability = 0.1 + 0.2 * random();
          const episodeId = `${asOf}`;
          return { ...answer, episodeId, asOf, probability, label, group: `i${start + incident}` };
        });
      }).flat();
    const changesOf = (seed: number, rate: number) => {
      const random = seededRandom(seed);
      const [early, late] = [incidents(random, 0, 0.2, 4), incidents(random, 1600, rate, 4)];
      return modelConcept([...early, ...late], { model: 'm1', from: FROM, random }).changes;
    };
    const steady = Array.from({ length: 30 }, (_, i) => changesOf(i, 0.2));
    expect(steady.filter(({ length }) => length > 0)).toHaveLength(0);
    expect(changesOf(1, 0.6)).toHaveLength(1);
  });

  it('compares some of very many, chosen at random', async () => {
    const report = await ask(answersOf(12_000, { load: 0.1 }));
    expect(report.asked).toBe(12_000);
    expect(report.rows.current).toBeGreaterThan(9500);
    expect(report.rows.current).toBeLessThan(10_500);
    expect(report.concept.answers).toBe(12_000);
    expect(report.drifted).toEqual(['load']);
    expect(modelDriftPage(report)).toContain('of 12,000 answers some at random');
  });

  it('says where to look first though nothing is proven, unless chance does as much often', async () => {
    const report = await ask(answersOf(100));
    const page = (pValue: number): string => {
      const nearest: ServiceConcept = {
        ...{ service: 'search', stage: 'checkout/browse', answers: 18, observed: 4, expected: 1.5 },
        ...{ earlier: 109, earlierFailures: 6, offset: 0, effect: 1, minimumDetectableEffect: 1 },
        ...{ pValue, pAdjusted: 0.7, verdict: 'stable' },
      };
      const concept = { ...report.concept, driftedServices: [], nearest, byService: [nearest] };
      return modelDriftPage({ ...report, concept });
    };
    const words = 'No service is proven';
    expect(page(0.06)).toContain(words);
    expect(page(0.06)).toContain('search at checkout/browse: 4 failures of 18 answers');
    expect(page(0.3)).not.toContain(words);
  });

  it('says so where nothing was asked', async () => {
    const report = await ask([]);
    expect(report.columns['load']?.verdict).toBe('not-enough-data');
    expect(report.together).toBeNull();
    expect(report.chunks).toEqual([]);
    expect(driftFindings(report).verdict).toBe('not-enough-data');
    const page = modelDriftPage(report);
    expect(page).not.toMatch(/NaN|undefined/);
    expect(page).toMatch(/Predictions: <span class="mark warn">not (comparable|enough data)</);
    expect(page).not.toContain('not-');
    expect(page).toContain('No column could be judged.');
    expect(page).not.toContain('hold steady');
  });
});

describe('data quality', () => {
  it('says on its page when the stretch holds rows that the model learnt from', async () => {
    const report = await ask(answersOf(100));
    expect(modelDriftPage(report)).not.toContain('among its training rows');
    const page = modelDriftPage({ ...report, fittedUntil: FROM + HOUR });
    expect(page).toMatch(/The model learnt from what was known until [^:]+:00/);
  });

  it('names what is missing, unseen or stuck', () => {
    const answers = answersOf(300, { service: 'cache' }).map((answer, i) => ({
      ...answer,
      features: { ...answer.features, idle: i % 3 ? null : 1, load: 0.25 },
    }));
    const report = dataQuality({
      model: 'm1',
      schema,
      from: FROM,
      until: FROM + 300 * HOUR,
      asOf: FROM + 300 * HOUR,
      chunk: 24 * HOUR,
      reference,
      answers,
    });
    expect(report.features['idle']).toMatchObject({ issues: ['missing', 'constant'] });
    expect(report.features['load']).toMatchObject({ issues: ['constant'], missing: 0 });
    expect(report.features['service']).toMatchObject({ issues: ['unseen-values'] });
    expect(report.features['segment']).toMatchObject({ issues: [] });
    expect(report.flagged[0]).toBe('idle');
    expect(report.chunks).toHaveLength(13);
    expect(report.sources).toEqual({ detector: 100, prometheus: 200 });
    expect(dataQualityPage(report)).not.toMatch(/NaN|undefined|https?:|<script/);
  });

  const until = FROM + 240 * HOUR;
  const quiet = { model: 'm1', schema, from: FROM, until, asOf: until, chunk: 24 * HOUR };

  it('says that there is nothing to say where nothing was asked', () => {
    const report = dataQuality({ ...quiet, reference, answers: [] });
    expect(report.features['idle']).toMatchObject({ missing: null, unseen: null, issues: [] });
    expect(report.features['idle']?.missingInReference).toBeGreaterThan(0.05);
    const page = dataQualityPage(report);
    expect(page).toContain('Nothing was asked in this time');
    expect(page).not.toMatch(/as before|<table|NaN|undefined/);
  });

  it('compares with nothing where nothing was asked before', () => {
    const nobody = driftReference(featureTable(schema, []), [], model);
    const report = dataQuality({ ...quiet, reference: nobody, answers: answersOf(200) });
    expect(report.features['service']).toMatchObject({
      ...{ missing: 0, missingInReference: null, unseen: null, issues: [] },
    });
    expect(report.flagged).toEqual([]);
    const page = dataQualityPage(report);
    expect(page).toContain('there is nothing to compare with');
    expect(page).toContain('no rows before');
    expect(page).not.toContain('as before');
  });
});
