import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { BACKEND_CANDIDATES, firstBackend, tensorBackend } from '../../src/tensorflow/backend.js';

const broken = (name: string, message: string) => ({
  name,
  activate: () => Promise.reject(new Error(message)),
});

describe('the tensor backend', () => {
  it('computes on WebAssembly or better, and is started once', async () => {
    const backend = await tensorBackend();
    expect(['tensorflow', 'wasm']).toContain(backend.name);
    expect(backend.tf.getBackend()).toBe(backend.name);
    expect(await tensorBackend()).toBe(backend);
  });

  it('survives an absent package and a broken native binding, and says why', async () => {
    const backend = await firstBackend([
      broken('tensorflow', 'libtensorflow.so.2: cannot open shared object file\nat dlopen'),
      ...BACKEND_CANDIDATES.filter(({ name }) => name === 'cpu'),
    ]);
    expect(backend.name).toBe('cpu');
    expect(backend.reason).toContain('libtensorflow.so.2: cannot open shared object file');
    expect(backend.reason).not.toContain('at dlopen');
    expect(backend.tf.square(3).dataSync()[0]).toBe(9);
    await tf.setBackend((await tensorBackend()).name);
  });

  it('names every refusal where nothing works', async () => {
    const none = firstBackend([broken('tensorflow', 'absent'), broken('wasm', 'no memory')]);
    await expect(none).rejects.toThrow('tensorflow does not: absent; wasm does not: no memory');
  });
});
