import { DomainError } from '../errors/domain-error.js';
import type { FeatureTable } from '../features/feature-schema.js';
import { averageLogOdds } from './average-weights.js';
import { calibrated, parseCalibration } from './calibration.js';
import type { Calibration } from './calibration.js';
import type { Classifier, ClassifierArtefact, Learner } from './classifier.js';
import { finiteLogOdds } from './held-out-rows.js';
import { sigmoid } from './linear-margin.js';

/** The name of what `auto` makes. */
export const AUTO = 'auto';

/** A fitted member of an average. */
export interface FittedMember {
  readonly classifier: Classifier;
  readonly weight: number;
}

/** What is known of an average besides its members. */
export interface AutoFacts {
  /** A learner's name, or `average`. */
  readonly chosen: string;
  readonly calibration: Calibration;
  /** Log-odds of the training rows' share of positives, which contributions are against. */
  readonly baseLogOdds: number;
  /** Log-odds before calibration that the members' contributions are against. */
  readonly rawBase: number;
  /** By feature, its share of what calibration itself moves; one in all. */
  readonly shares: Readonly<Record<string, number>>;
  /** Largest gap, on training rows, between contributions and what they are to sum to. */
  readonly completenessError: number;
}

// A calibration that steps may have any slope; beyond this the features are not what moved it.
const STEEPEST = 10;

/** The weighted average of members' log-odds, calibrated; what calibration does is part of it. */
export class AutoClassifier implements Classifier {
  readonly learner = AUTO;

  constructor(
    private readonly members: readonly FittedMember[],
    readonly facts: AutoFacts,
  ) {}

  predict(table: FeatureTable): Float64Array {
    return this.rawLogOdds(table).map((z) => sigmoid(calibrated(this.facts.calibration, z)));
  }

  /**
   * Members' contributions averaged as their log-odds are, times the mean slope of the calibration
   * from the base to the row (the rescale rule of DeepLIFT; Shrikumar, Greenside & Kundaje 2017).
   */
  contributions(table: FeatureTable): Float64Array {
    const { calibration, baseLogOdds, rawBase, shares } = this.facts;
    const values = rawContributions(this.members, table);
    const share = table.schema.features.map(({ name }) => shares[name] ?? 0);
    const from = calibrated(calibration, rawBase);
    this.rawLogOdds(table).forEach((z, row) => {
      const to = calibrated(calibration, z);
      const slope = z === rawBase ? 1 : Math.min(STEEPEST, (to - from) / (z - rawBase));
      const rest = to - baseLogOdds - slope * (z - rawBase);
      share.forEach((part, feature) => {
        const at = row * share.length + feature;
        values[at] = slope * (values[at] ?? 0) + rest * part;
      });
    });
    return values;
  }

  save(): ClassifierArtefact {
    const parts = this.members.map(({ classifier, weight }) => ({ weight, ...classifier.save() }));
    const weights = new Float64Array(parts.reduce((sum, part) => sum + part.weights.length, 0));
    let at = 0;
    const members = parts.map(({ weights: own, ...part }) => {
      weights.set(own, at);
      at += own.length;
      return { ...part, size: own.length };
    });
    return { learner: AUTO, parameters: { ...this.facts, members }, weights };
  }

  private rawLogOdds(table: FeatureTable): Float64Array {
    return rawLogOdds(this.members, table);
  }
}

/** The average of members' log-odds before calibration, row by row. */
export function rawLogOdds(members: readonly FittedMember[], table: FeatureTable): Float64Array {
  return averageLogOdds(
    members.map(({ classifier }) => finiteLogOdds(classifier.predict(table))),
    members.map(({ weight }) => weight),
  );
}

/** The average of members' contributions before calibration (rows x features). */
export function rawContributions(
  members: readonly FittedMember[],
  table: FeatureTable,
): Float64Array {
  return averageLogOdds(
    members.map(({ classifier }) => classifier.contributions(table)),
    members.map(({ weight }) => weight),
  );
}

/** Reads an average back with the learners that made its members; refuses what is not such. */
export function loadAuto(
  { parameters, weights }: ClassifierArtefact,
  learners: readonly Learner[],
): AutoClassifier {
  const has = recordOf(parameters);
  const { members, chosen, baseLogOdds, rawBase, completenessError } = has;
  const numbers = [baseLogOdds, rawBase, completenessError];
  const shares = recordOf(has['shares']);
  if (!Array.isArray(members) || typeof chosen !== 'string' || !areNumbers(numbers)) refuse();
  if (!hasNumbers(shares)) refuse();
  let at = 0;
  const loaded = members.map((member: unknown): FittedMember => {
    const { learner: name, weight, size, parameters: own } = recordOf(member);
    const learner = learners.find((one) => one.name === name);
    if (learner === undefined) {
      throw new DomainError('unknown-learner', `nobody here knows the learner ${String(name)}`);
    }
    if (typeof weight !== 'number' || typeof size !== 'number') refuse();
    const slice = weights.slice(at, at + size);
    at += size;
    return {
      classifier: learner.load({ learner: learner.name, parameters: own, weights: slice }),
      weight,
    };
  });
  if (at !== weights.length) refuse();
  const [base = 0, raw = 0, error = 0] = numbers;
  return new AutoClassifier(loaded, {
    chosen,
    calibration: parseCalibration(has['calibration']),
    baseLogOdds: base,
    rawBase: raw,
    shares,
    completenessError: error,
  });
}

function recordOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value : {};
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}

function hasNumbers(value: Partial<Record<string, unknown>>): value is Record<string, number> {
  return areNumbers(Object.values(value));
}

function refuse(): never {
  throw new DomainError('bad-artefact', 'These are not the parameters of an average.');
}
