import type { FeatureTable } from '../features/feature-schema.js';
import { selectRows } from '../features/table-rows.js';
import { seededRandom } from '../statistics/random.js';
import { AUTO, AutoClassifier, loadAuto, rawContributions, rawLogOdds } from './auto-classifier.js';
import type { AutoFacts, FittedMember } from './auto-classifier.js';
import { baseRateLearner } from './base-rate.js';
import { classBalance } from './class-balance.js';
import type { Classifier, FitOptions, FitResult, Learner, TrainingSet } from './classifier.js';
import { finiteLogOdds } from './held-out-rows.js';
import { climbLadder } from './ladder.js';
import type { InsufficientData, LadderOptions } from './ladder.js';
import { logOdds } from './linear-margin.js';
import { chooseModel, heaviestFirst } from './model-choice.js';
import type { ModelChoice } from './model-choice.js';
import { TimeBudget, UNLIMITED } from './time-budget.js';
import type { LeftOut, TimeLimit } from './time-budget.js';
import { trainingSetRows } from './training-set-rows.js';

/** A model that was chosen and fitted on every row, and what it was chosen among. */
export interface Trained {
  readonly kind: 'trained';
  readonly choice: ModelChoice;
  readonly leftOut: readonly LeftOut[];
  readonly classifier: AutoClassifier;
}

/** What to try; within which time, where there is a limit. */
export type TrainOptions = Omit<LadderOptions, 'budget'> & {
  readonly limit?: TimeLimit | undefined;
};

// Enough rows to see how features move the answer, few enough to explain in no time.
const EXPLAINED_ROWS = 200;

/**
 * Climbs the ladder: has every learner answer held-out rows, chooses one of them or their average
 * with a calibration, and fits what was chosen on everything. With no signal that is the base rate.
 */
export async function trainAuto(
  all: TrainingSet,
  options: TrainOptions,
): Promise<Trained | InsufficientData> {
  const set = withoutWeightless(all);
  const seed = Math.floor(options.random() * 2 ** 32);
  const budget = new TimeBudget(options.limit ?? UNLIMITED);
  const climbed = await climbLadder(set, { ...options, budget, random: seededRandom(seed) });
  if (climbed.kind === 'insufficient-data') return climbed;
  const choice = chooseModel(climbed.rows, climbed.answers, seededRandom(seed + 1));
  budget.keepOnlyFor(new Set(choice.members.map(({ learner }) => learner.name)));
  const fitted = new Map<string, Classifier>();
  for (const { learner } of heaviestFirst(choice.members)) {
    await options.onStep?.(`${learner.name}, all rows`);
    const told = budget.lastFit(learner.name);
    const result = await learner.fit(set, seededRandom(seed + 2), told);
    if (result.kind === 'insufficient-data') return result;
    fitted.set(learner.name, result.classifier);
  }
  const classifier = assembled(set, choice, fitted);
  return { kind: 'trained', choice, leftOut: climbed.leftOut, classifier };
}

/** Fits the members of a choice anew, their weights as they are and nothing calibrated. */
export async function fitMembers(
  set: TrainingSet,
  { chosen, members }: Pick<ModelChoice, 'chosen' | 'members'>,
  random: () => number,
): Promise<FitResult> {
  const seed = Math.floor(random() * 2 ** 32);
  const fitted = new Map<string, Classifier>();
  for (const { learner } of members) {
    const result = await learner.fit(set, seededRandom(seed));
    if (result.kind === 'insufficient-data') return result;
    fitted.set(learner.name, result.classifier);
  }
  const choice = { chosen, members, calibration: { kind: 'identity' } as const };
  return { kind: 'fitted', classifier: assembled(set, choice, fitted) };
}

/** A row of no weight must not shift how others are dealt into folds. */
function withoutWeightless(set: TrainingSet): TrainingSet {
  const counted = Uint32Array.from(set.weights.keys()).filter((row) => (set.weights[row] ?? 0) > 0);
  return counted.length === set.weights.length ? set : trainingSetRows(set, counted);
}

/** Puts members that were fitted on a set together as they were chosen. */
export function assembled(
  set: TrainingSet,
  choice: Pick<ModelChoice, 'chosen' | 'members' | 'calibration'>,
  fitted: ReadonlyMap<string, Classifier>,
): AutoClassifier {
  const members = choice.members.flatMap(({ learner, weight }): FittedMember[] => {
    const classifier = fitted.get(learner.name);
    return classifier === undefined ? [] : [{ classifier, weight }];
  });
  const balance = classBalance(set);
  const rate =
    balance.kind === 'both' ? balance.positives / (balance.positives + balance.negatives) : 0.5;
  const { chosen, calibration } = choice;
  const sample = explainedRows(set);
  const explained = explain(members, sample);
  const facts: AutoFacts = {
    chosen,
    calibration,
    baseLogOdds: logOdds(rate),
    ...explained,
    completenessError: 0,
  };
  const completenessError = gapOf(new AutoClassifier(members, facts), sample);
  return new AutoClassifier(members, { ...facts, completenessError });
}

/** `auto` as a learner of its own: the same contract, the same laws. */
export function autoLearner(learners: readonly Learner[]): Learner {
  return {
    name: AUTO,
    async fit(set, random, told): Promise<FitResult> {
      const trained = await trainAuto(set, { learners, random, limit: limitOf(told) });
      if (trained.kind === 'insufficient-data') return trained;
      return { kind: 'fitted', classifier: trained.classifier };
    },
    load: (artefact) => loadAuto(artefact, [baseRateLearner, ...learners]),
  };
}

function limitOf(told: FitOptions | undefined): TimeLimit | undefined {
  const remaining = told?.remaining;
  if (remaining === undefined) return undefined;
  const milliseconds = remaining();
  return { now: () => milliseconds - remaining(), milliseconds };
}

/** Rows spread evenly over the set. */
function explainedRows({ table }: TrainingSet): FeatureTable {
  const count = Math.min(EXPLAINED_ROWS, table.rows);
  const rows = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * table.rows) / count));
  return selectRows(table, rows);
}

/** The base that raw contributions are against, and each feature's share of their variance. */
function explain(
  members: readonly FittedMember[],
  table: FeatureTable,
): Pick<AutoFacts, 'rawBase' | 'shares'> {
  const names = table.schema.features.map(({ name }) => name);
  const values = rawContributions(members, table);
  const sums = new Float64Array(names.length);
  const squares = new Float64Array(names.length);
  let rawBase = 0;
  rawLogOdds(members, table).forEach((z, row) => {
    let base = z;
    names.forEach((_, feature) => {
      const value = values[row * names.length + feature] ?? 0;
      base -= value;
      sums[feature] = (sums[feature] ?? 0) + value;
      squares[feature] = (squares[feature] ?? 0) + value * value;
    });
    rawBase += base / table.rows;
  });
  const spread = Array.from(squares, (square, feature) =>
    Math.max(0, square / table.rows - ((sums[feature] ?? 0) / table.rows) ** 2),
  );
  const whole = spread.reduce((sum, variance) => sum + variance, 0);
  const shares = names.map((name, feature) => [
    name,
    whole > 0 ? (spread[feature] ?? 0) / whole : 1 / names.length,
  ]);
  return { rawBase, shares: Object.fromEntries(shares) as Record<string, number> };
}

/** How far contributions are from what they are to sum to, at most. */
function gapOf(classifier: AutoClassifier, table: FeatureTable): number {
  const width = table.schema.features.length;
  const contributions = classifier.contributions(table);
  let largest = 0;
  finiteLogOdds(classifier.predict(table)).forEach((z, row) => {
    const own = contributions.subarray(row * width, (row + 1) * width);
    const sum = own.reduce((total, value) => total + value, classifier.facts.baseLogOdds);
    largest = Math.max(largest, Math.abs(z - sum));
  });
  return largest;
}
