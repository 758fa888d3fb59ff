import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { promtoolTest, RULE_FILE } from '../../src/connectors/prometheus/promtool-test.js';
import { prometheusRuleFile } from '../../src/connectors/prometheus/rule-file.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/telemetry/time.js';
import type { ExportedSuggestion } from '../../src/core/thresholds/exported-suggestion.js';
import { excerptAround, excerptChecks } from '../../src/core/thresholds/rule-excerpt.js';
import type { LabelledHistory } from '../../src/core/thresholds/series-groups.js';
import type {
  QuestionedRule,
  ThresholdQuestion,
} from '../../src/core/thresholds/threshold-question.js';
import { replayedRule } from '../../src/core/thresholds/threshold-question.js';
import { anExported } from '../builders/exported.js';
import { programOf } from './monitoring-stack.js';

// promtool is a foreign program: only on request.
const promtool = programOf('promtool');
const wanted = process.env['THROUGHLINE_E2E'] === '1' && promtool !== undefined;

const START = Date.UTC(2026, 2, 6, 15, 0, 30);

/** A metric with bumps, gaps and NaN, at an uneven rhythm. */
function history(seed: number, step: number): LabelledHistory['history'] {
  const random = seededRandom(seed);
  const samples: [number, number][] = [];
  for (let i = 0; i < 900; i += 1) {
    const isBump = i % 60 < 8;
    if (random() < 0.03) i += Math.floor(random() * 12);
    const value = (isBump ? 3 : 1) + random() * (isBump ? 4 : 1);
    samples.push([START + i * step + Math.floor(random() * 900), random() < 0.02 ? NaN : value]);
  }
  return {
    at: Float64Array.from(samples, ([at]) => at),
    values: Float64Array.from(samples, ([, value]) => value),
  };
}

interface Case {
  readonly rule: Partial<QuestionedRule>;
  readonly more?: Partial<ThresholdQuestion>;
  readonly pods?: readonly string[];
  readonly step?: number;
}

const CASES: Readonly<Record<string, Case>> = {
  'a metric by its name': { rule: { metric: 'error_ratio' } },
  'a selector': { rule: { expr: 'error_ratio{job="pay"} > 2' } },
  'the number first': { rule: { expr: '2 < error_ratio', for: 2 * MINUTE } },
  'what is compared alone': { rule: { expr: 'error_ratio', keepFiringFor: 3 * MINUTE } },
  'an expression, recorded': { rule: { expr: 'sum(rate(errors[5m])) > 2', for: MINUTE } },
  'a quantile of histograms': {
    rule: { expr: 'histogram_quantile(0.9, rate(b_bucket[5m])) > 2', labels: { severity: 'page' } },
  },
  'several series': { rule: { metric: 'error_ratio', for: MINUTE }, pods: ['a', 'b', 'c'] },
  'a floor': { rule: { metric: 'error_ratio', comparison: '<=' }, step: 10 * MINUTE },
  'a recovery': { rule: { metric: 'error_ratio', recovery: 1.5 } },
  'a recovery with for and keep_firing_for': {
    rule: {
      ...{ expr: 'error_ratio{job="pay"} >= 2', comparison: '>=', recovery: 1.7 },
      ...{ for: 2 * MINUTE, keepFiringFor: 3 * MINUTE },
    },
  },
  'a recovery of several recorded series with labels': {
    rule: {
      ...{ expr: 'sum by (pod) (rate(errors[5m])) > 2', recovery: 1.4 },
      labels: { severity: 'page', team: 'pay' },
    },
    pods: ['a', 'b', 'c'],
  },
  'a recovery within hours': {
    rule: { metric: 'error_ratio', recovery: 1.2, for: MINUTE },
    more: { hours: { days: [1, 2, 3, 4, 5], from: 8, to: 18 } },
  },
  'a recovery beyond the threshold': { rule: { metric: 'error_ratio', recovery: 6 } },
  'hours of work': {
    rule: { expr: 'sum(rate(errors[5m])) > 2', for: 2 * MINUTE, labels: { team: 'pay' } },
    more: { hours: { days: [1, 2, 3, 4, 5], from: 8, to: 18 } },
  },
  'hours of every day': {
    rule: { metric: 'error_ratio' },
    more: { hours: { days: [0, 1, 2, 3, 4, 5, 6], from: 16, to: 19 } },
    step: 30 * SECOND,
  },
};

function exported(one: Case, seed: number): ExportedSuggestion {
  const { rule, more, pods = [], step = MINUTE } = one;
  const series =
    pods.length === 0
      ? [{ labels: {}, history: history(seed, step) }]
      : pods.map((pod, i) => ({ labels: { pod }, history: history(seed + i, step) }));
  const comparison = rule.comparison ?? '>';
  return anExported(rule, more, excerptAround(series, START + 3 * HOUR, comparison));
}

(wanted ? describe : describe.skip)(
  'the exported rule passes the exported test by promtool',
  () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'throughline-export-'));
    });
    afterAll(async () => {
      await rm(folder, { recursive: true });
    });

    const tested = async (suggestion: ExportedSuggestion, of = suggestion): Promise<string> => {
      await writeFile(join(folder, RULE_FILE), prometheusRuleFile(suggestion));
      await writeFile(join(folder, 'test.yml'), promtoolTest(of));
      const run = promisify(execFile)(promtool ?? '', ['test', 'rules', join(folder, 'test.yml')]);
      return await run.then(
        ({ stdout }) => stdout,
        // It says what failed on standard error.
        (error: unknown) => (error as { stderr: string }).stderr,
      );
    };

    it.each(Object.entries(CASES))('%s', async (name, one) => {
      const suggestion = exported(one, name.length);
      const { excerpt, question } = suggestion;
      const rule = { ...replayedRule(question), threshold: suggestion.suggested.threshold };
      const checks = excerpt === null ? [] : excerptChecks(excerpt, rule, question.hours ?? null);
      // A test in which nothing happens proves nothing.
      expect(checks.filter(({ firing }) => firing.length > 0).length).toBeGreaterThan(1);
      expect(checks.some(({ firing }) => firing.length === 0)).toBe(true);
      expect(await tested(suggestion)).toContain('SUCCESS');
      const checked = promisify(execFile)(promtool ?? '', [
        'check',
        'rules',
        join(folder, RULE_FILE),
      ]);
      expect((await checked).stdout).toContain('SUCCESS');
    });

    it('fails where the rule has another threshold', async () => {
      const suggestion = exported({ rule: { metric: 'error_ratio' } }, 5);
      const other = { ...suggestion, suggested: { ...suggestion.suggested, threshold: 6.5 } };
      expect(await tested(other, suggestion)).toContain('FAILED');
    });
  },
);
