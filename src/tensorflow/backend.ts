import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as tfjs from '@tensorflow/tfjs';

export type TensorFlow = typeof tfjs;

/** The backend that computes here, and why it was chosen. */
export interface TensorBackend {
  readonly tf: TensorFlow;
  readonly name: string;
  readonly reason: string;
}

/** One way to compute: makes itself TensorFlow's backend, or throws where it cannot. */
export interface BackendCandidate {
  readonly name: string;
  readonly activate: () => Promise<TensorFlow>;
}

async function activated(tf: TensorFlow, name: string): Promise<TensorFlow> {
  // Spares the log a greeting and a line for every kernel that two packages register.
  tf.enableProdMode();
  if (!(await tf.setBackend(name))) throw new Error(`the backend did not start`);
  const three = tf.tidy(() => tf.matMul([[1, 2]], [[1], [1]]).dataSync()[0]);
  if (three !== 3) throw new Error(`the backend answered ${String(three)} for 1 + 2`);
  return tf;
}

/** Typed as any name, so that the optional dependency need not exist to compile. */
const OPTIONAL_PACKAGE = ['@tensorflow', 'tfjs-node'].join('/');

/** Fastest first: native TensorFlow where it is installed, WebAssembly, plain JavaScript. */
export const BACKEND_CANDIDATES: readonly BackendCandidate[] = [
  {
    name: 'tensorflow',
    activate: async (): Promise<TensorFlow> => {
      await import(OPTIONAL_PACKAGE);
      return activated(await import('@tensorflow/tfjs'), 'tensorflow');
    },
  },
  {
    name: 'wasm',
    activate: async (): Promise<TensorFlow> => {
      const tf = await import('@tensorflow/tfjs');
      const wasm = await import('@tensorflow/tfjs-backend-wasm');
      const main = import.meta.resolve('@tensorflow/tfjs-backend-wasm');
      wasm.setWasmPaths(dirname(fileURLToPath(main)) + sep);
      return activated(tf, 'wasm');
    },
  },
  {
    name: 'cpu',
    activate: async (): Promise<TensorFlow> => {
      return activated(await import('@tensorflow/tfjs'), 'cpu');
    },
  },
];

/** The first candidate that starts and computes; throws the last refusal where none does. */
export async function firstBackend(
  candidates: readonly BackendCandidate[],
): Promise<TensorBackend> {
  const refusals: string[] = [];
  for (const { name, activate } of candidates) {
    try {
      const tf = await activate();
      const others = refusals.length > 0 ? `; ${refusals.join('; ')}` : '';
      return { tf, name, reason: `${name} is the fastest backend that works here${others}` };
    } catch (error) {
      refusals.push(`${name} does not: ${firstLine(error)}`);
    }
  }
  throw new Error(`no TensorFlow backend works here: ${refusals.join('; ')}`);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? message;
}

let chosen: Promise<TensorBackend> | undefined;

/** Starts TensorFlow.js on first use and answers the same backend ever after. */
export function tensorBackend(): Promise<TensorBackend> {
  chosen ??= firstBackend(BACKEND_CANDIDATES);
  return chosen;
}
