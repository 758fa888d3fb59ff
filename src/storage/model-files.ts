import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DriftReference } from '../core/monitoring/drift-reference.js';
import type { ModelCard } from '../core/registry/model-card.js';
import type { Familiarity } from '../core/scoring/abstention.js';
import type { ParityProbe } from '../core/scoring/parity-probe.js';
import type { ClassifierArtefact } from '../core/training/classifier.js';
import { parseLossQuantiles } from '../core/training/loss-quantiles.js';
import type { LossQuantiles } from '../core/training/loss-quantiles.js';

/** What a model's folder is called: it says what the model predicts. */
const MODEL = 'journey-failure';

/** A trained model as its files hold it. */
export interface StoredModel {
  readonly card: ModelCard;
  readonly artefact: ClassifierArtefact;
  readonly familiarity: Familiarity;
  readonly probe: ParityProbe | null;
  /** Null where too few failures were measured. */
  readonly loss: LossQuantiles | null;
  /** What it was trained on, for reports of drift; kept apart, since scoring has no need of it. */
  readonly reference?: DriftReference | undefined;
}

interface ModelJson {
  readonly learner: string;
  readonly parameters: unknown;
  readonly familiarity: Familiarity;
  readonly probe?: ParityProbe | null;
  readonly loss?: unknown;
}

/** The model store: `<folder>/journey-failure/<version>/{card.json, model.json, weights.bin}`. */
export class ModelFiles {
  constructor(private readonly folder: string) {}

  private pathOf(version: string): string {
    return join(this.folder, MODEL, version);
  }

  /** Writes a model's files; the folder appears whole or not at all. */
  async save(model: StoredModel): Promise<void> {
    const { card, artefact, familiarity, probe, loss } = model;
    const path = this.pathOf(card.version);
    const unfinished = `${path}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    const json: ModelJson = {
      learner: artefact.learner,
      parameters: artefact.parameters,
      familiarity,
      probe,
      loss,
    };
    await writeFile(join(unfinished, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
    await writeFile(join(unfinished, 'model.json'), `${JSON.stringify(json)}\n`);
    await writeFile(join(unfinished, 'weights.bin'), new Uint8Array(artefact.weights.buffer));
    if (model.reference !== undefined) {
      await writeFile(join(unfinished, 'reference.json'), `${JSON.stringify(model.reference)}\n`);
    }
    await rm(path, { recursive: true, force: true });
    await rename(unfinished, path);
  }

  /** What a model was trained on; null where it kept nothing of it. */
  async loadReference(version: string): Promise<DriftReference | null> {
    const path = join(this.pathOf(version), 'reference.json');
    return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as DriftReference) : null;
  }

  /** Reads a model's files. */
  async load(version: string): Promise<StoredModel> {
    const path = this.pathOf(version);
    const card = JSON.parse(await readFile(join(path, 'card.json'), 'utf8')) as ModelCard;
    const json = JSON.parse(await readFile(join(path, 'model.json'), 'utf8')) as ModelJson;
    const bytes = await readFile(join(path, 'weights.bin'));
    // A copy of its own: a pooled buffer need not begin where a double may.
    const weights = new Float64Array(new Uint8Array(bytes).buffer);
    const { learner, parameters, familiarity, probe = null } = json;
    const loss = json.loss ? parseLossQuantiles(json.loss) : null;
    return { card, artefact: { learner, parameters, weights }, familiarity, probe, loss };
  }
}
