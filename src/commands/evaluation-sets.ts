import { DomainError } from '../core/errors/domain-error.js';
import type { FeatureTable } from '../core/features/feature-schema.js';
import { inferColumns, isMissing } from '../core/features/schema-inference.js';
import type { InferredColumn } from '../core/features/schema-inference.js';
import type { TrainingSet } from '../core/training/classifier.js';
import { givenSplit, stratifiedSplit, timeSplit } from '../core/training/splits.js';
import type { Split } from '../core/training/splits.js';
import { trainingSetRows } from '../core/training/training-set-rows.js';
import { seededRandom } from '../core/statistics/random.js';
import { columnNotes } from './column-notes.js';
import { readLabels } from './evaluation-labels.js';
import { groupNotes, leakNotes, sideNotes } from './evaluation-notes.js';
import { readTimes } from './evaluation-times.js';
import type { TextTable } from './read-table.js';

const SIDES = ['train', 'test'];
const ALONE = 'row ';

/** Which column plays which part; every other column that is not dropped is a feature. */
export interface ColumnRoles {
  readonly label: string;
  readonly positive?: string | undefined;
  readonly split?: string | undefined;
  readonly time?: string | undefined;
  readonly group?: string | undefined;
  readonly categorical: readonly string[];
  readonly drop: readonly string[];
  readonly testFraction: number;
  readonly seed: number;
}

/** The two parts of a table, and what was done to get them. */
export interface EvaluationSets {
  readonly training: TrainingSet;
  readonly test: TrainingSet;
  readonly features: readonly InferredColumn[];
  /** What people should know of the columns, one sentence each. */
  readonly notes: readonly string[];
  /** How the table was split, in words. */
  readonly how: string;
  readonly unlabelled: number;
  /** Rows on neither side: their group reaches into the test part. */
  readonly left: number;
}

/** Reads labels and features from text and splits the rows; refuses names that the table lacks. */
export function evaluationSets(table: TextTable, roles: ColumnRoles): EvaluationSets {
  requireColumns(table, roles);
  const { where } = table;
  const { labels, labelled } = readLabels(cells(table, roles.label), { ...roles, where });
  const features = readFeatures(table, roles);
  const all: TrainingSet = {
    table: featureTable(table.rows, features),
    labels,
    weights: new Float64Array(table.rows).fill(1),
    times:
      roles.time === undefined
        ? undefined
        : readTimes(cells(table, roles.time), { name: roles.time, where, rows: labelled }),
    groups: roles.group === undefined ? undefined : readGroups(cells(table, roles.group)),
  };
  const set = trainingSetRows(all, labelled);
  const sides = roles.split === undefined ? undefined : cells(table, roles.split);
  if (sides !== undefined) refuseOtherSides(sides, labelled, table);
  const given = sides && Array.from(labelled, (row) => sides[row] ?? null);
  const { split, how } = splitRows(set, roles, given);
  refuseEmptySides(split, roles);
  refuseOneClass(set.labels, split.test);
  const training = trainingSetRows(set, split.train);
  const test = trainingSetRows(set, split.test);
  const groups = { training: training.groups, test: test.groups, alone: countAlone(set.groups) };
  return {
    training,
    test,
    features,
    notes: [
      ...columnNotes(features, table, roles.categorical),
      ...leakNotes(features, { labels, labelled }),
      ...sideNotes(training.table, test.table),
      ...groupNotes(roles, groups),
    ],
    how,
    unlabelled: table.rows - labelled.length,
    left: labelled.length - split.train.length - split.test.length,
  };
}

function requireColumns(table: TextTable, roles: ColumnRoles): void {
  const { label, split, time, group, categorical, drop } = roles;
  for (const name of [label, split, time, group, ...categorical, ...drop]) {
    if (name === undefined || table.columns.has(name)) continue;
    const known = [...table.columns.keys()].join(', ');
    throw new DomainError('unknown-column', `There is no column "${name}"; there are ${known}.`);
  }
}

function cells(table: TextTable, name: string): readonly (string | null)[] {
  return table.columns.get(name) ?? [];
}

function readFeatures(table: TextTable, roles: ColumnRoles): InferredColumn[] {
  const taken = new Set([roles.label, roles.split, roles.time, roles.group, ...roles.drop]);
  const features = [...table.columns]
    .filter(([name]) => !taken.has(name))
    .flatMap(([name, column]) => inferColumns(name, column, roles.categorical.includes(name)));
  if (features.length === 0) {
    throw new DomainError('no-features', 'No column is left to learn from.');
  }
  refuseTwoOfAName(features);
  return features;
}

/** A time is read as features with names of their own, which the table may have too. */
function refuseTwoOfAName(features: readonly InferredColumn[]): void {
  const columns = new Map<string, string>();
  for (const { feature, column } of features) {
    const other = columns.get(feature.name);
    columns.set(feature.name, column);
    if (other === undefined) continue;
    const time = other === feature.name ? column : other;
    const text = `The times in column ${time} are read as "${feature.name}", and there is a column of that name: rename one, or leave it out with --drop.`;
    throw new DomainError('duplicate-column', text);
  }
}

function featureTable(rows: number, columns: readonly InferredColumn[]): FeatureTable {
  const numeric = new Map<string, Float64Array>();
  const categorical = new Map<string, readonly (string | null)[]>();
  for (const column of columns) {
    if (column.numeric !== undefined) numeric.set(column.feature.name, column.numeric);
    if (column.categorical !== undefined) categorical.set(column.feature.name, column.categorical);
  }
  return {
    schema: { features: columns.map(({ feature }) => feature) },
    rows,
    numeric,
    categorical,
  };
}

function readGroups(column: readonly (string | null)[]): string[] {
  // A row without a group is a group of its own.
  return column.map((cell, row) =>
    cell === null || isMissing(cell) ? `${ALONE}${row}` : `= ${cell.trim()}`,
  );
}

function countAlone(groups: readonly string[] = []): number {
  return groups.filter((group) => group.startsWith(ALONE)).length;
}

function splitRows(
  set: TrainingSet,
  { split: column, time, testFraction, seed }: ColumnRoles,
  sides: readonly (string | null)[] | undefined,
): { split: Split; how: string } {
  const tested = `${Math.round(testFraction * 100)} %`;
  if (sides !== undefined) {
    return { split: givenSplit(sides), how: `as given by the column ${column ?? ''}` };
  }
  if (set.times !== undefined) {
    const split = timeSplit({ times: set.times, groups: set.groups }, testFraction);
    return { split, how: `by ${time ?? 'time'}, the last ${tested} tests` };
  }
  const grouped = set.groups === undefined ? '' : ', groups kept whole';
  const split = stratifiedSplit(set, testFraction, seededRandom(seed));
  return { split, how: `at random, stratified, ${tested} tests, seed ${seed}${grouped}` };
}

function refuseOtherSides(
  sides: readonly (string | null)[],
  rows: Uint32Array,
  { where }: TextTable,
): void {
  const row = rows.find((one) => !SIDES.includes(sides[one]?.trim().toLowerCase() ?? ''));
  if (row === undefined) return;
  const found = sides[row] ?? null;
  const held = found === null ? 'nothing' : `"${found}"`;
  const text = `The split column must hold train or test; ${where(row)} holds ${held}.`;
  throw new DomainError('bad-split', text);
}

function refuseEmptySides({ train, test }: Split, { split, time, group }: ColumnRoles): void {
  if (train.length > 0 && test.length > 0) return;
  const empty = train.length === 0 ? 'train' : 'test';
  const text = `The split leaves no row to ${empty} on${reasonOf(split, time, group)}.`;
  throw new DomainError('empty-split', text);
}

function reasonOf(split?: string, time?: string, group?: string): string {
  if (split !== undefined) return `: the column ${split} names no such row with a label`;
  const kept: string[] = [];
  if (time !== undefined) kept.push(`rows of one moment of ${time}`);
  if (group !== undefined) kept.push(`rows of one group of ${group}`);
  if (kept.length === 0) return ': there are too few rows';
  return `: ${kept.join(' and ')} stay together, and there are too few of them`;
}

/** With one class there is nothing to rank, and no base rate that could be beaten fairly. */
function refuseOneClass(labels: Uint8Array, test: Uint32Array): void {
  const positives = test.reduce((count, row) => count + (labels[row] ?? 0), 0);
  if (positives > 0 && positives < test.length) return;
  const held = positives > 0 ? 'positive' : 'negative';
  const text = `The test part holds one class: all of its ${test.length} rows are ${held}, so nothing can be judged on it.`;
  throw new DomainError('one-class-test', text);
}
