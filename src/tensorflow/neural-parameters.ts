import { z } from 'zod';
import { DomainError } from '../core/errors/domain-error.js';
import { parseEncoderParameters } from '../core/features/encoding.js';
import type { NeuralEncoderParameters } from './neural-encoder.js';

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

interface NeuralTrainingFacts {
  readonly backend: string;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly validationLogLoss: number;
}

const numericFit = z.object({
  median: z.number(),
  scale: z.number(),
  edges: z.array(z.number()),
  missing: z.boolean(),
});

const shape = z.object({
  encoder: z.object({
    schema: z.object({
      features: z.array(z.object({ name: z.string(), kind: z.enum(['numeric', 'categorical']) })),
    }),
    numeric: z.record(z.string(), numericFit),
    categorical: z.unknown().transform(parseEncoderParameters),
  }),
  members: z.int().positive(),
  width: z.int().positive().multipleOf(4),
  probe: z.object({ codes: z.array(z.number()), logOdds: z.array(z.number()) }),
  training: z.object({
    backend: z.string(),
    epochs: z.int(),
    bestEpoch: z.int(),
    validationLogLoss: z.number(),
  }),
});

/** Reads parameters back from JSON; refuses what is not such (`bad-artefact`). */
export function parseNeuralParameters(value: unknown): NeuralParameters {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DomainError('bad-artefact', z.prettifyError(parsed.error));
}
