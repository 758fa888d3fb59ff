import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModelFiles } from '../../src/storage/model-files.js';
import { tensorBackend } from '../../src/tensorflow/backend.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const stored = join(root, 'models', 'journey-failure');

let folder: string;
let version: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-demo-model-'));
  [version = ''] = await readdir(stored);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Loads the demo model as the service loads a champion, and prints what came of it. */
const SCORING = `
  import { createRequire } from 'node:module';
  import { LADDER } from './dist/loop/champion-scorer.js';
  import { featureTable } from './dist/core/features/feature-table.js';
  import { ModelFiles } from './dist/storage/model-files.js';
  const { card, artefact } = await new ModelFiles('models').load(process.argv[1]);
  const learner = LADDER.find(({ name }) => name === artefact.learner);
  const row = { severity: 'critical', rule: 'PaymentErrors', threshold_log_ratio: 2 };
  const table = featureTable(card.schema, [row]);
  const classifier = learner.load(artefact);
  const { cache } = createRequire(import.meta.url);
  const tensorPackages = () => Object.keys(cache).filter((path) => path.includes('@tensorflow'));
  const probability = classifier.predict(table)[0];
  const reasons = classifier.contributions(table).length;
  const before = tensorPackages().length;
  await import('@tensorflow/tfjs');
  const after = tensorPackages().length;
  console.log(JSON.stringify({ probability, reasons, before, after }));
`;

describe('the demo model', () => {
  it('is made again by its command, byte for byte, in a process of its own', async () => {
    await run(process.execPath, ['scripts/demo-model.js', folder], { cwd: root });
    const { card, artefact } = await new ModelFiles(join(root, 'models')).load(version);
    const again = await new ModelFiles(folder).load(version);
    expect(again.card).toEqual({ ...card, codeVersion: again.card.codeVersion });
    const { name } = await tensorBackend();
    const madeOn = artefact.parameters as { readonly training: { readonly backend: string } };
    if (name !== madeOn.training.backend) return;
    for (const file of ['model.json', 'weights.bin']) {
      const made = await readFile(join(folder, 'journey-failure', version, file));
      expect(made.equals(await readFile(join(stored, version, file)))).toBe(true);
    }
  });

  it('is loaded and answers, with reasons, without a tensor library', async () => {
    const args = ['--input-type=module', '--eval', SCORING, version];
    const { stdout } = await run(process.execPath, args, { cwd: root });
    const { probability, reasons, before, after } = JSON.parse(stdout) as Record<string, number>;
    expect(probability).toBeGreaterThan(0);
    expect(probability).toBeLessThan(1);
    expect(reasons).toBe(9);
    expect(before).toBe(0);
    expect(after).toBeGreaterThan(0);
  });
});
