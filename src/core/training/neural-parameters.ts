import { DomainError } from '../errors/domain-error.js';
import { parseEncoderParameters } from '../features/encoding.js';
import { parseSchema } from '../features/schema-parsing.js';
import type { NeuralEncoderParameters, NumericFit } from './neural-encoder.js';

/** Everything about a fitted ensemble but its weights, JSON-safe. */
export interface NeuralParameters {
  readonly encoder: NeuralEncoderParameters;
  readonly members: number;
  readonly width: number;
  readonly probe: NeuralProbe;
  readonly training: NeuralTrainingFacts;
}

/** Made-up encoded rows and the log-odds that TensorFlow gave for them. */
export interface NeuralProbe {
  readonly codes: readonly number[];
  readonly logOdds: readonly number[];
}

/** What computed the weights, for how long, and how good they were. */
export interface NeuralTrainingFacts {
  readonly backend: string;
  readonly steps: number;
  readonly bestStep: number;
  /** On the rows that judged when to stop, after calibration. */
  readonly validationLogLoss: number;
  /** How far the path integral of a reason was off, in log-odds: the 95th percentile of rows. */
  readonly completenessError: number;
}

type Bag = Readonly<Partial<Record<string, unknown>>>;

/** Reads parameters back from JSON; refuses what is not such (`bad-artefact`). */
export function parseNeuralParameters(value: unknown): NeuralParameters {
  const { encoder, members, width, probe, training } = bag(value, 'parameters');
  const { schema, numeric, categorical } = bag(encoder, 'encoder');
  const { codes, logOdds } = bag(probe, 'probe');
  const fits = Object.entries(bag(numeric, 'encoder.numeric'));
  return {
    encoder: {
      schema: parseSchema(schema),
      numeric: Object.fromEntries(fits.map(([name, fit]) => [name, numericFit(name, fit)])),
      categorical: parseEncoderParameters(categorical),
    },
    members: size('members', members, 1),
    width: size('width', width, 4),
    probe: { codes: numbers('probe.codes', codes), logOdds: numbers('probe.logOdds', logOdds) },
    training: trainingFacts(bag(training, 'training')),
  };
}

function numericFit(name: string, value: unknown): NumericFit {
  const { median, scale, edges, missing } = bag(value, name);
  if (typeof missing !== 'boolean') throw unfit(`${name}.missing`);
  return {
    median: number(`${name}.median`, median),
    scale: number(`${name}.scale`, scale),
    edges: numbers(`${name}.edges`, edges),
    missing,
  };
}

function trainingFacts(facts: Bag): NeuralTrainingFacts {
  const { backend } = facts;
  if (typeof backend !== 'string') throw unfit('training.backend');
  const fact = (name: string): number => number(`training.${name}`, facts[name]);
  return {
    backend,
    steps: fact('steps'),
    bestStep: fact('bestStep'),
    validationLogLoss: fact('validationLogLoss'),
    completenessError: fact('completenessError'),
  };
}

function bag(value: unknown, what: string): Bag {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Bag;
  throw unfit(what);
}

function number(what: string, value: unknown): number {
  if (typeof value === 'number') return value;
  throw unfit(what);
}

function numbers(what: string, value: unknown): readonly number[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
  throw unfit(what);
}

function size(what: string, value: unknown, unit: number): number {
  const whole = number(what, value);
  if (Number.isSafeInteger(whole) && whole > 0 && whole % unit === 0) return whole;
  throw unfit(what);
}

function unfit(what: string): DomainError {
  return new DomainError('bad-artefact', `The neural ensemble's ${what} cannot be read.`);
}
