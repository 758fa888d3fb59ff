import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { seededRandom } from '../../src/core/statistics/random.js';
import { formatDuration, MINUTE, SECOND } from '../../src/core/telemetry/time.js';
import type { Comparison } from '../../src/core/telemetry/anomaly.js';
import { COMPARISONS } from '../../src/core/telemetry/anomaly.js';
import type { AlertRule } from '../../src/core/thresholds/alert-rule.js';
import { evaluationsOf, PROMETHEUS_STALENESS } from '../../src/core/thresholds/evaluations.js';
import { firingLevels } from '../../src/core/thresholds/firing-levels.js';
import { ruleEpisodes } from '../../src/core/thresholds/rule-episodes.js';
import { programOf } from './monitoring-stack.js';

// promtool is a foreign program: only on request. It takes a second or two.
const promtool = programOf('promtool');
const wanted = process.env['THROUGHLINE_E2E'] === '1' && promtool !== undefined;

const HISTORIES = 50;
const LOOKS = 240;

interface History {
  readonly interval: number;
  readonly evaluation: number;
  readonly rule: AlertRule;
  readonly threshold: number;
  /** As promtool writes them: a number, `_` for no sample, `stale` for a staleness marker. */
  readonly samples: readonly string[];
}

/** A counter-like or gauge-like series with gaps (short and beyond staleness), NaN and resets. */
function history(seed: number): History {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const [interval, evaluation] = [pick([30, 60, 120]) * SECOND, pick([30, 60, 90]) * SECOND];
  const isCounter = random() < 0.4;
  const samples: string[] = [];
  let value = 5;
  while (samples.length * interval <= LOOKS * evaluation) {
    const chance = random();
    if (chance < 0.02)
      samples.push(...Array.from({ length: 1 + Math.floor(random() * 12) }, () => '_'));
    else if (chance < 0.035) samples.push('stale', ...(random() < 0.5 ? ['_', '_'] : []));
    else if (chance < 0.045) samples.push('NaN');
    else {
      if (isCounter) value = random() < 0.04 ? 0 : value + Math.floor(random() * 2);
      else value += Math.round(4 * (random() - 0.5) - (value - 5) * 0.1);
      samples.push(String(value));
    }
  }
  const rule: AlertRule = {
    comparison: pick<Comparison>(COMPARISONS),
    for: pick([0, 0, 1, 2, 5]) * MINUTE,
    keepFiringFor: pick([0, 0, 1, 3, 7]) * MINUTE,
    groupGap: 0,
  };
  return { interval, evaluation, rule, threshold: pick([3, 5, 6, 8]), samples };
}

function firesAt({ interval, evaluation, rule, threshold, samples }: History): boolean[] {
  const present = samples.flatMap((text, i) => (text === '_' ? [] : [{ at: i * interval, text }]));
  const seen = evaluationsOf(
    {
      at: Float64Array.from(present, ({ at }) => at),
      values: Float64Array.from(present, ({ text }) => Number(text)),
    },
    { staleness: PROMETHEUS_STALENESS, steps: { from: 0, interval: evaluation } },
  );
  const episodes = ruleEpisodes(firingLevels(seen, rule), rule, threshold);
  return Array.from({ length: LOOKS }, (_, look) =>
    episodes.some(
      ({ startedAt, endedAt }) =>
        startedAt <= look * evaluation && look * evaluation < (endedAt ?? Infinity),
    ),
  );
}

(wanted ? describe : describe.skip)('a rule over a history', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-promtool-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const write = async (name: string, body: object): Promise<string> => {
    await writeFile(join(folder, name), JSON.stringify(body));
    return join(folder, name);
  };

  const testFile = async (
    one: History,
    fires: readonly boolean[],
    name: string,
  ): Promise<string> => {
    const { interval, evaluation, rule, threshold, samples } = one;
    const alert = {
      alert: 'Rule',
      expr: `errors{service="payment"} ${rule.comparison} ${threshold}`,
      for: formatDuration(rule.for),
      ...(rule.keepFiringFor > 0 ? { keep_firing_for: formatDuration(rule.keepFiringFor) } : {}),
    };
    await write(`${name}.rules.json`, { groups: [{ name, rules: [alert] }] });
    return write(`${name}.test.json`, {
      rule_files: [`${name}.rules.json`],
      evaluation_interval: formatDuration(evaluation),
      tests: [
        {
          interval: formatDuration(interval),
          input_series: [{ series: 'errors{service="payment"}', values: samples.join(' ') }],
          alert_rule_test: fires.map((isFiring, look) => ({
            eval_time: formatDuration(look * evaluation),
            alertname: 'Rule',
            exp_alerts: isFiring ? [{ exp_labels: { service: 'payment' } }] : [],
          })),
        },
      ],
    });
  };

  it('fires at every look exactly when Prometheus fires', async () => {
    const histories = Array.from({ length: HISTORIES }, (_, seed) => history(seed));
    const fires = histories.map(firesAt);
    // A test in which nothing happens proves nothing.
    const changing = fires.filter((looks) => looks.includes(true) && looks.includes(false));
    expect(changing.length).toBeGreaterThan(HISTORIES * 0.7);
    const files = await Promise.all(
      histories.map((one, i) => testFile(one, fires[i] ?? [], `history-${i}`)),
    );
    const told = await promisify(execFile)(promtool ?? '', ['test', 'rules', ...files]).then(
      () => 'all equal',
      (error: unknown) => String(error),
    );
    expect(told).toBe('all equal');
  });

  it('would be told by promtool where it differs', async () => {
    const one = history(1);
    const fires = firesAt(one).map((isFiring, look) => (look === 100 ? !isFiring : isFiring));
    const file = await testFile(one, fires, 'wrong');
    await expect(
      promisify(execFile)(promtool ?? '', ['test', 'rules', file], { cwd: folder }),
    ).rejects.toThrow('Command failed');
  });
});
