import { basename } from 'node:path';

import type { Command } from 'commander';

import { DomainError } from '../core/errors/domain-error.js';
import { isMissing } from '../core/features/schema-inference.js';
import { compareSamples } from '../core/monitoring/drift-comparison.js';
import type { DriftReport } from '../core/monitoring/drift-report.js';
import type { RowSegments } from '../core/monitoring/drift-segments.js';
import { DRIFT_RULE } from '../core/monitoring/drift-verdict.js';
import { reportWords, verdictWords } from '../core/monitoring/drift-words.js';
import { seededRandom } from '../core/statistics/random.js';
import { driftPage } from '../reports/drift-page.js';
import { html } from '../reports/html.js';
import { byValue, driftColumns } from './drift-columns.js';
import { atLeastZero, listOption, share, wholeNumber } from './flag-values.js';
import { readTimes } from './evaluation-times.js';
import type { TextTable } from './read-table.js';
import { readTable } from './read-table.js';
import { writePage } from './write-page.js';

interface DriftFlags {
  readonly reference: string;
  readonly current: string;
  readonly html?: string;
  readonly time?: string;
  readonly segment?: string;
  readonly categorical: string[];
  readonly drop: string[];
  readonly q: number;
  readonly floor: number;
  readonly seed: number;
  readonly json?: boolean;
}

interface Tables {
  readonly reference: TextTable;
  readonly current: TextTable;
}

/** Registers `drift`: what changed between two samples. Exits 0 compared, 2 wrong input. */
export function registerDrift(program: Command): void {
  program
    .command('drift')
    .description('compare two samples column by column: verdicts, effects, compatibility figures')
    .requiredOption('--reference <file>', 'CSV (plain or .gz) or Parquet: how it was')
    .requiredOption('--current <file>', 'the same columns: how it is')
    .option('--html <file>', 'writes a report for people')
    .option('--time <column>', 'when each row happened: p then comes from permuting blocks')
    .option('--segment <column>', 'judges every segment too')
    .addOption(listOption('--categorical <columns>', 'read as categories whatever they hold: A,B'))
    .addOption(listOption('--drop <columns>', 'leave out: A,B'))
    .option('--q <share>', 'false discovery rate over all columns', share, DRIFT_RULE.q)
    .option('--floor <sd>', 'smaller changes are no drift', atLeastZero, DRIFT_RULE.floor)
    .option('--seed <number>', 'of the permutations', wholeNumber, 0)
    .option('--json', 'answer as JSON')
    .action(run);
}

async function run(flags: DriftFlags): Promise<void> {
  try {
    await answer(flags);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    process.stderr.write(`throughline drift: ${error.message}\n`);
    process.exitCode = 2;
  }
}

async function answer(flags: DriftFlags): Promise<void> {
  const tables = {
    reference: await readTable(flags.reference),
    current: await readTable(flags.current),
  };
  const { pairs, notes } = driftColumns(tables.reference, tables.current, flags);
  const report = compareSamples(pairs, {
    rows: { reference: tables.reference.rows, current: tables.current.rows },
    times: timesOf(tables, flags.time),
    segments: segmentsOf(tables, flags.segment),
    rule: { q: flags.q, floor: flags.floor },
    random: seededRandom(flags.seed),
  });
  for (const note of notes) process.stderr.write(`throughline drift: ${note}\n`);
  if (flags.html !== undefined) await writePage(flags.html, pageOf(report, notes, flags));
  process.stdout.write(
    flags.json ? `${JSON.stringify({ ...report, notes }, null, 2)}\n` : textOf(report),
  );
}

function pageOf(report: DriftReport, notes: readonly string[], flags: DriftFlags): string {
  const subtitle = `${basename(flags.current)} against ${basename(flags.reference)}`;
  const body = html`<ul class="notes">
    ${notes.map((note) => html`<li>${note}</li>`)}
  </ul>`;
  const more = notes.length === 0 ? [] : [{ heading: 'About the data', body }];
  return driftPage(report, { title: 'Drift', subtitle }, more);
}

function cellsOf(tables: Tables, side: keyof Tables, name: string): readonly (string | null)[] {
  const cells = tables[side].columns.get(name);
  if (cells !== undefined) return cells;
  const known = [...tables[side].columns.keys()].join(', ');
  const text = `There is no column "${name}" in the ${side} sample; there are ${known}.`;
  throw new DomainError('unknown-column', text);
}

function timesOf(
  tables: Tables,
  name: string | undefined,
): { reference: Float64Array; current: Float64Array } | undefined {
  if (name === undefined) return undefined;
  const read = (side: keyof Tables): Float64Array =>
    readTimes(cellsOf(tables, side, name), { name, where: tables[side].where });
  return { reference: read('reference'), current: read('current') };
}

function segmentsOf(tables: Tables, name: string | undefined): RowSegments | undefined {
  if (name === undefined) return undefined;
  const cells = (['reference', 'current'] as const).map((side) => cellsOf(tables, side, name));
  const [reference = [], current = []] = byValue(cells).map((column) =>
    column?.map((cell) => (isMissing(cell) ? null : cell)),
  );
  return { reference, current };
}

function textOf(report: DriftReport): string {
  const columns = Object.entries(report.columns);
  const width = Math.min(32, Math.max(...columns.map(([name]) => name.length), 6));
  const lines = columns.map(([name, column]) => {
    const p = column.pAdjusted === null ? '' : ` (p ${Number(column.pAdjusted.toPrecision(2))})`;
    return `  ${name.padEnd(width)}  ${column.verdict.padEnd(15)}  ${verdictWords(column)}${p}`;
  });
  const segments = Object.entries(report.segments ?? {}).map(
    ([name, { drifted }]) => `  ${name.padEnd(width)}  ${drifted.join(', ') || 'no drift'}`,
  );
  const bySegment = segments.length === 0 ? [] : ['', 'by segment', ...segments];
  return `${[...reportWords(report), '', ...lines, ...bySegment].join('\n')}\n`;
}
