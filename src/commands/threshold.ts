import type { Command } from 'commander';

import { parseComparison } from '../connectors/prometheus/comparison.js';
import { DomainError } from '../core/errors/domain-error.js';
import { seededRandom } from '../core/statistics/random.js';
import type { AlertRule } from '../core/thresholds/alert-rule.js';
import type { Evaluations, MetricHistory } from '../core/thresholds/evaluations.js';
import { evaluationsOf, usualStaleness } from '../core/thresholds/evaluations.js';
import type { PricedFailure } from '../core/thresholds/failure-loss.js';
import { evidenceOf, failuresSeen } from '../core/thresholds/threshold-evidence.js';
import type { ThresholdGoals } from '../core/thresholds/threshold-goals.js';
import { suggestThreshold } from '../core/thresholds/threshold-suggestion.js';
import type { TextTable } from './read-table.js';
import { readTable } from './read-table.js';
import type { BadRow } from './threshold-files.js';
import { readFailures, readSeries } from './threshold-files.js';
import type { ThresholdFlags } from './threshold-flags.js';
import { thresholdFlags } from './threshold-flags.js';
import { suggestionJson, suggestionText } from './threshold-report.js';

/** Rows left out that are named one by one; the rest is counted. */
const NAMED_ROWS = 20;

/** Flags that do not fit; everything else that is wrong is in the files. */
const WRONG_FLAGS: ReadonlySet<string> = new Set(['unknown-column', 'wrong-flags']);

/** Registers `threshold`: backtest and suggestion on files. Exits 0, 1 failed, 2 wrong flags. */
export function registerThreshold(program: Command): void {
  const command = program
    .command('threshold')
    .description('suggest an alert threshold from a metric and the failures that it should catch');
  thresholdFlags(command).action(run);
}

async function run(flags: ThresholdFlags): Promise<void> {
  try {
    await answer(flags);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    process.stderr.write(`throughline threshold: ${error.message}\n`);
    process.exitCode = WRONG_FLAGS.has(error.code) ? 2 : 1;
  }
}

/** An alert expression tells comparison and threshold; one that cannot be taken apart is refused. */
function withExpression(flags: ThresholdFlags): ThresholdFlags {
  if (flags.expr === undefined) return flags;
  const found = parseComparison(flags.expr);
  if ('code' in found) {
    throw new DomainError('wrong-flags', `--expr: ${found.reason} (${found.code}).`);
  }
  const { comparison, threshold } = found;
  return { ...flags, comparison, current: flags.current ?? threshold };
}

async function answer(given: ThresholdFlags): Promise<void> {
  const flags = withExpression(given);
  const series = readSeries(await readTable(flags.series), flags);
  tellBadRows(flags.series, series.bad);
  if (series.repeated > 0) {
    tell(`${series.repeated} samples have the time of another one; the last of each counts`);
  }
  if (series.history.at.length === 0) {
    throw new DomainError('empty-history', `${flags.series} has no sample of ${flags.value}.`);
  }
  const failures = await failuresOf(flags);
  const rule = ruleOf(flags);
  const seen = look(series.history, flags);
  const { inside, outside } = failuresSeen(failures, seen);
  if (outside.length > 0) {
    tell(
      `${outside.length} of ${failures.length} failures lie outside the history and are left out`,
    );
  }
  tellUnseen(seen);
  const evidence = evidenceOf(seen, rule, inside, { ...flags, savedShare: 1 });
  const suggestion = suggestThreshold(evidence, goalsOf(flags), seededRandom(flags.seed));
  const text = flags.json
    ? `${JSON.stringify(suggestionJson(suggestion, evidence, flags), null, 2)}\n`
    : suggestionText(suggestion, evidence, flags);
  process.stdout.write(text);
}

function tell(line: string): void {
  process.stderr.write(`throughline threshold: ${line}\n`);
}

function tellBadRows(path: string, bad: readonly BadRow[]): void {
  if (bad.length === 0) return;
  const named = bad.slice(0, NAMED_ROWS).map(({ row, reason }) => `\n  row ${row}: ${reason}`);
  const more = bad.length > NAMED_ROWS ? `\n  and ${bad.length - NAMED_ROWS} more` : '';
  tell(`rows of ${path} left out: ${bad.length}${named.join('')}${more}`);
}

function tellUnseen({ values }: Evaluations): void {
  const unseen = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  if (unseen > 0) tell(`at ${unseen} of ${values.length} looks there was nothing to compare`);
}

async function failuresOf(flags: ThresholdFlags): Promise<PricedFailure[]> {
  let table: TextTable;
  try {
    table = await readTable(flags.failures);
  } catch (error) {
    // A file of no failures is an answer; a file that cannot be read is not.
    if (error instanceof DomainError && error.code === 'empty-table') return [];
    throw error;
  }
  const { failures, bad } = readFailures(table, flags);
  tellBadRows(flags.failures, bad);
  return failures;
}

function ruleOf(flags: ThresholdFlags): AlertRule {
  const { comparison, keepFiringFor, recovery, groupGap } = flags;
  return { comparison, for: flags.for, keepFiringFor, recovery, groupGap };
}

function look(history: MetricHistory, { interval, staleness }: ThresholdFlags): Evaluations {
  const steps = interval === undefined ? undefined : { from: history.at[0] ?? 0, interval };
  return evaluationsOf(history, { staleness: staleness ?? usualStaleness(history.at), steps });
}

function goalsOf(flags: ThresholdFlags): ThresholdGoals {
  const { comparison, costPage, current, maxPages, alpha, confidence, floor, maxStep } = flags;
  return {
    comparison,
    costPage,
    current,
    maxPagesPerWeek: maxPages,
    missRate: alpha === undefined ? undefined : { alpha, confidence },
    floor,
    maxStep,
    embargo: flags.detect,
  };
}
