import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { priorCard } from '../../src/core/registry/prior-card.js';
import { trainingSetHash } from '../../src/core/registry/training-set-hash.js';
import { seededRandom } from '../../src/core/statistics/random.js';
import type { Instant } from '../../src/core/telemetry/time.js';
import { DAY, HOUR, MINUTE } from '../../src/core/telemetry/time.js';
import { ChampionScorer } from '../../src/loop/champion-scorer.js';
import { ensurePrior } from '../../src/loop/ensure-prior.js';
import type { TaughtRow } from '../../src/loop/labelled-episodes.js';
import {
  knownAt,
  labelledEpisodes,
  taughtRows,
  trainingSetOf,
} from '../../src/loop/labelled-episodes.js';
import { runTraining } from '../../src/loop/run-training.js';
import { takeEvents } from '../../src/loop/take-events.js';
import type { TrainingRunRow } from '../../src/storage/entities/training-run.entity.js';
import { saveIncident } from '../../src/storage/incident.store.js';
import { ModelFiles } from '../../src/storage/model-files.js';
import { addModel, championHistory, crown, models } from '../../src/storage/model.store.js';
import { appendOutcome } from '../../src/storage/outcome.store.js';
import { savePredictions } from '../../src/storage/prediction.store.js';
import { shadowedBy } from '../../src/storage/shadow.store.js';
import { addTrainingRun, trainingRunById } from '../../src/storage/training-run.store.js';
import { scoredByPrior } from '../builders/taught-world.js';
import { SmallWorld, aJourney, anAnomaly, anEvent, anOutcome, day } from './small-world.js';

const EPISODES = 240;
const SPACING = 3 * HOUR;
const LABEL_DELAY = 8 * HOUR;
const END = day(0) + EPISODES * SPACING + DAY;

interface Episode {
  readonly id: string;
  readonly asOf: Instant;
  readonly service: string;
  readonly rule: string;
  /** What service and rule decide, but for a little chance. */
  readonly failure: boolean;
}

const random = seededRandom(3);
const episodes: readonly Episode[] = Array.from({ length: EPISODES }, (_, i): Episode => {
  const service = ['payment', 'wallet', 'fraud', 'ledger'][Math.floor(random() * 4)] ?? '';
  const rule = ['Errors', 'Latency', 'Saturation'][Math.floor(random() * 3)] ?? '';
  const fails = service === 'payment' ? rule !== 'Saturation' : rule === 'Errors';
  const failure = random() < (fails ? 0.85 : 0.05);
  return { id: `e${i}`, asOf: day(0) + i * SPACING, service, rule, failure };
});

/** Stores the episodes as they were first scored. */
async function logEpisodes(world: SmallWorld): Promise<void> {
  const anomalies = episodes.map(({ id, asOf, service, rule }) => ({
    asOf,
    anomaly: anAnomaly(id, {
      startedAt: asOf,
      name: rule,
      labels: { service },
      severity: 'warning',
      endedAt: asOf + MINUTE,
    }),
  }));
  await world.take(...anomalies.map(({ anomaly, asOf }) => ({ anomaly, receivedAt: asOf })));
  const scored = anomalies.map(({ anomaly, asOf }) => scoredByPrior(anomaly, asOf));
  await savePredictions(world.source.manager, scored);
}

/** Stores what came of the first so many episodes, as `failureOf` has it. */
async function label(
  world: SmallWorld,
  failureOf: (episode: Episode, index: number) => boolean,
  count = EPISODES,
): Promise<void> {
  await world.source.transaction(async (sql) => {
    for (const [i, episode] of episodes.slice(0, count).entries()) {
      const failure = failureOf(episode, i);
      const outcome = anOutcome(`o-${episode.id}`, episode.id, {
        failure,
        verdict: 'unknown',
        source: 'measured',
        ...(failure ? { failureId: `f-${episode.id}` } : {}),
      });
      const knownAt = episode.asOf + LABEL_DELAY;
      await appendOutcome(sql, outcome, { knownAt, relativeLoss: null });
    }
  });
}

const asItWas = ({ failure }: Episode): boolean => failure;

let pristine: SmallWorld;
let world: SmallWorld;
let folder: string;
let files: ModelFiles;
let scorer: ChampionScorer;

beforeAll(async () => {
  pristine = await SmallWorld.open();
  await logEpisodes(pristine);
  await pristine.define(
    aJourney({
      stages: aJourney().stages.map((stage) =>
        stage.key === 'payment'
          ? { ...stage, mappings: [{ match: ['service=~".+"'], relevance: 0.9 }] }
          : { ...stage, mappings: [] },
      ),
    }),
  );
  await ensurePrior(pristine.source, day(0));
  await pristine.source.destroy();
});

afterAll(async () => {
  await pristine.drop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-training-'));
  files = new ModelFiles(folder);
  scorer = new ChampionScorer(files);
  world = await SmallWorld.open(pristine.url);
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

interface RunOptions {
  readonly id?: string;
  readonly asOf?: Instant;
  readonly report?: (share: number) => Promise<void>;
  readonly now?: () => Instant;
}

const quiet = async (): Promise<void> => Promise.resolve();

async function trained({
  id = randomUUID(),
  asOf,
  report = quiet,
  now = (): Instant => END,
}: RunOptions = {}): Promise<TrainingRunRow | null> {
  if ((await trainingRunById(world.source.manager, id)) === null) {
    const run = { id, asOf: asOf === undefined ? null : new Date(asOf), requestedBy: 'test' };
    await addTrainingRun(world.source.manager, { ...run, createdAt: new Date(END) });
  }
  await runTraining({ source: world.source, scorer, files, now }, id, report);
  return await trainingRunById(world.source.manager, id);
}

async function answerOf(
  service: string,
  rule: string,
  asOf = END,
): Promise<{ by: string; p: number }> {
  const anomaly = anAnomaly('new', { startedAt: asOf, name: rule, labels: { service } });
  const item = { anomaly: { ...anomaly, severity: 'warning' } as const, episodeId: 'new', asOf };
  const [[scored] = []] = await scorer.score(world.source.manager, [item]);
  const { evidence = '', probability = 0, modelVersion = '' } = scored?.prediction ?? {};
  return { by: `${evidence} ${modelVersion}`, p: probability };
}

const weightsOf = async (version: string | null | undefined): Promise<Buffer> =>
  await readFile(join(folder, 'journey-failure', version ?? '', 'weights.bin'));

describe('a training run', () => {
  it('says that it has too little to learn from, and the prior goes on answering', async () => {
    await label(world, asItWas, 12);
    const run = await trained();
    expect(run).toMatchObject({ state: 'insufficient-data', progress: 1, model: null });
    expect(run?.finishedAt?.getTime()).toBe(END);
    expect(await readdir(folder)).toEqual([]);
    expect((await answerOf('payment', 'Errors')).by).toBe('prior 0');
  });

  it('waits nowhere for another one that is under way', async () => {
    const other = world.source.createQueryRunner();
    await other.query('SELECT pg_advisory_lock(7405005)');
    const id = randomUUID();
    expect(await trained({ id })).toMatchObject({ state: 'queued', progress: 0 });
    await other.query('SELECT pg_advisory_unlock(7405005)');
    await other.release();
    expect(await trained({ id })).toMatchObject({ state: 'insufficient-data' });
  });

  it('learns once what service and rule decide, answers from then on, and is the same bytes again', async () => {
    await label(world, asItWas);
    const steps: number[] = [];
    const report = (share: number): Promise<void> => Promise.resolve(void steps.push(share));
    const run = await trained({ report });
    const version = run?.model ?? '';
    expect(run).toMatchObject({ state: 'promoted', gate: { challenger: { version } } });
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(steps).size).toBeGreaterThan(15);
    expect(steps.at(-1)).toBe(1);
    expect((await readdir(join(folder, 'journey-failure', version))).sort()).toEqual([
      'card.json',
      'model.json',
      'reference.json',
      'weights.bin',
    ]);
    const [champion, prior] = await championHistory(world.source.manager);
    expect(champion).toMatchObject({ version, by: 'gate' });
    expect(prior).toMatchObject({ version: '0' });
    const states = (await models(world.source.manager)).map((one) => [one.version, one.state]);
    expect(states).toEqual([
      [version, 'champion'],
      ['0', 'retired'],
    ]);
    const [fails, holds] = [
      await answerOf('payment', 'Errors'),
      await answerOf('ledger', 'Latency'),
    ];
    expect(fails.by).toBe(`model ${version}`);
    expect(fails.p).toBeGreaterThan(0.6);
    expect(holds.p).toBeLessThan(0.25);
    expect(await trained({ id: run?.id ?? '' })).toEqual(run);
    expect(await models(world.source.manager)).toHaveLength(2);
    const bytes = await weightsOf(run?.model);
    // As on another installation that lived through the same.
    await world.rows('DELETE FROM champion WHERE version <> $1', ['0']);
    await world.rows('DELETE FROM model WHERE version <> $1', ['0']);
    await world.rows(`UPDATE model SET state = 'champion'`);
    scorer = new ChampionScorer(files);
    const other = await trained();
    expect(other?.state).toBe('promoted');
    expect((await weightsOf(other?.model)).equals(bytes)).toBe(true);
  });

  it('never lets a model answer that was taught the wrong way round', async () => {
    await label(world, ({ failure }, i) => (i < EPISODES * 0.6 ? !failure : failure));
    const run = await trained();
    expect(run?.state).toBe('kept');
    expect((await answerOf('payment', 'Errors')).by).toBe('prior 0');
  });

  it('never lets a model answer that was taught chance', async () => {
    const chance = seededRandom(5);
    await label(world, () => chance() < 0.4);
    const run = await trained();
    expect(run?.state).toBe('kept');
    expect((await answerOf('payment', 'Errors')).by).toBe('prior 0');
  });

  it('ends when it ends, and its model is champion from then on', async () => {
    await label(world, asItWas);
    let share = 0;
    const report = (done: number): Promise<void> => Promise.resolve(void (share = done));
    const run = await trained({ report, now: () => END + 1000 * share });
    expect(run?.state).toBe('promoted');
    expect(run?.finishedAt?.getTime()).toBe(END + 800);
    const [champion] = await championHistory(world.source.manager);
    expect(champion?.since.getTime()).toBe(END + 800);
    const [{ at } = {}] = await world.rows(`SELECT at FROM audit WHERE action = 'model.promote'`);
    expect(at).toEqual(new Date(END + 800));
  });

  it('keeps a champion that learnt the truth when old labels are poisoned', async () => {
    await label(world, asItWas);
    const mid = day(0) + 150 * SPACING;
    const first = await trained({ asOf: mid });
    expect(first?.state).toBe('promoted');
    await world.rows('UPDATE outcome SET failure = NOT failure WHERE known_at <= $1', [
      new Date(mid),
    ]);
    const second = await trained();
    expect(second?.state).toBe('kept');
    expect((await answerOf('payment', 'Errors')).by).toBe(`model ${first?.model}`);
  });

  it('lets a model answer nothing that was known before it was made', async () => {
    await label(world, asItWas);
    const mid = day(0) + 150 * SPACING;
    const first = await trained({ asOf: mid });
    expect(first?.state).toBe('promoted');
    const sql = world.source.manager;
    const before = { anomaly: anAnomaly('late'), episodeId: 'late', asOf: mid - 1 };
    const after = { ...before, asOf: mid };
    const answers = await scorer.score(sql, [before, after, before]);
    const by = answers.map(([scored]) => scored?.prediction.modelVersion);
    expect(by).toEqual(['0', first?.model, '0']);
    const [[answer] = []] = await scorer.ask(sql, [before]);
    expect(answer?.prediction.modelVersion).toBe(first?.model);
    expect((await scorer.championAt(sql, mid - 1)).version).toBe('0');
    expect((await scorer.championAt(sql, mid)).version).toBe(first?.model);
    // Installed after the history that it answered.
    await world.rows(`UPDATE champion SET since = $1 WHERE version = '0'`, [new Date(END)]);
    const [asked] = await world.rows('SELECT min(as_of) AS first FROM prediction');
    const [champion, prior] = await championHistory(sql);
    expect(champion?.since.getTime()).toBe(mid);
    expect(prior?.since).toEqual(asked?.['first']);
  });

  it('has a challenger score silently, beside what is answered', async () => {
    await label(world, asItWas);
    const version = (await trained())?.model ?? '';
    await crown(world.source.manager, '0', { since: END, by: 'test', reason: 'to compare' });
    await world.rows(`UPDATE model SET state = 'challenger' WHERE version = $1`, [version]);
    const anomaly = anAnomaly('odd', {
      startedAt: END,
      name: 'Errors',
      labels: { service: 'payment' },
    });
    const item = { anomaly, episodeId: 'odd', asOf: END };
    const [[scored] = []] = await scorer.score(world.source.manager, [item]);
    expect(scored?.prediction.modelVersion).toBe('0');
    expect(scored?.shadow?.version).toBe(version);
    expect(scored?.shadow?.probability).toBeGreaterThan(0.5);
    const [[earlier] = []] = await scorer.score(world.source.manager, [{ ...item, asOf: END - 1 }]);
    expect(earlier?.shadow).toBeUndefined();
    await savePredictions(world.source.manager, scored === undefined ? [] : [scored]);
    expect(await shadowedBy(world.source.manager, version)).toMatchObject([
      { episodeId: 'odd', shadow: scored?.shadow?.probability },
    ]);
  });

  it('goes on where the champion’s files are gone: the prior answers and defends, which is told once', async () => {
    await label(world, asItWas);
    const version = '2026-01-01.1';
    const sql = world.source.manager;
    await addModel(sql, { ...priorCard(day(0), '1.0.0'), version }, 'challenger');
    await crown(sql, version, { since: day(0), by: 'test', reason: 'its files are gone' });
    const told: string[] = [];
    scorer = new ChampionScorer(files, (gone) => told.push(gone));
    expect(await answerOf('payment', 'Errors')).toMatchObject({ by: 'prior 0' });
    expect(await answerOf('payment', 'Errors')).toMatchObject({ by: 'prior 0' });
    const gate = { champion: { version: '0' } };
    expect(await trained()).toMatchObject({ state: 'promoted', gate });
    expect(told).toEqual([version]);
  });

  it('teaches a failure that may be another’s as a part of one, unless people said whose it is', async () => {
    await label(world, asItWas);
    const doubtful = episodes.filter(({ service, rule, failure }) => {
      return failure && service !== 'payment' && rule !== 'Errors';
    });
    const [first, second, said] = doubtful.map(({ id }) => id);
    await world.rows('UPDATE outcome SET failure_id = $1 WHERE anomaly_id = ANY($2)', [
      'f-shared',
      [first, second],
    ]);
    const verdict = anOutcome('said', said ?? '', { failure: true, verdict: 'caused' });
    await appendOutcome(world.source.manager, verdict, { knownAt: END, relativeLoss: null });
    const { rows } = await labelledEpisodes(world.source.manager, END);
    const taught = taughtRows(rows);
    const of = (id: string | undefined): TaughtRow[] =>
      taught.filter(({ logged }) => logged.episodeId === id);
    expect(of(said)).toMatchObject([{ label: 1, weight: 1 }]);
    const both = [first, second].map(of);
    expect(both.map((two) => two.map(({ label: is }) => is))).toEqual([
      [1, 0],
      [1, 0],
    ]);
    const own = both.map(([failed]) => failed?.weight ?? 0).reduce((sum, part) => sum + part, 0);
    expect(Math.abs(own - 1)).toBeLessThan(0.2);
    const weight = taught.reduce((sum, row) => sum + row.weight, 0);
    expect(weight / rows.length).toBeCloseTo(1, 2);
  });

  it('draws the episodes of an incident together for the figures on the card', async () => {
    const EACH = 6;
    // Of every thirteenth incident all that the rules say is wrong.
    const isTurned = (index: number): boolean => Math.floor(index / EACH) % 13 === 7;
    await label(world, ({ failure }, index) => failure !== isTurned(index));
    for (let first = 0; first < EPISODES; first += EACH) {
      const some = episodes.slice(first, first + EACH);
      const [detectedAt = END] = some.map(({ asOf }) => asOf);
      const told = { title: 'as one', severity: 'error', detectedAt } as const;
      const incident = { ...told, id: `i${first}`, anomalyIds: some.map(({ id }) => id) };
      await saveIncident(world.source.manager, incident, detectedAt);
    }
    await trained();
    const [made] = await models(world.source.manager);
    const [low = 0, high = 0] = made?.card.metrics?.naive.intervals.logLoss ?? [];
    // Each episode by itself it would be half as wide: .23.
    expect(high - low).toBeGreaterThan(0.35);
  });

  it('lets no later outcome say whose doing an earlier failure was', async () => {
    await label(world, asItWas);
    const moment = day(0) + 180 * SPACING;
    const before = await labelledEpisodes(world.source.manager, END);
    await world.rows('UPDATE outcome SET failure = NOT failure WHERE known_at > $1', [
      new Date(moment),
    ]);
    const after = await labelledEpisodes(world.source.manager, END);
    const earlier = (episodes: typeof before): number[] =>
      episodes.rows.filter((one) => one.labelKnownAt <= moment).map(({ share }) => share);
    expect(earlier(after)).not.toEqual(earlier(before));
    expect(knownAt(after, moment)).toEqual(knownAt(before, moment));
    expect(knownAt(before, moment)).toHaveLength(earlier(before).length);
  });

  it('sees nothing that was known after the moment it stands at', async () => {
    const asOf = day(0) + 180 * SPACING;
    await label(world, ({ failure, asOf: at }) => (at + LABEL_DELAY > asOf ? !failure : failure));
    const contradicted = await trained({ asOf });
    const { data, fittedUntil } = (await files.load(contradicted?.model ?? '')).card;
    await world.rows('DELETE FROM outcome WHERE known_at > $1', [new Date(asOf)]);
    await world.rows('DELETE FROM prediction WHERE as_of > $1', [new Date(asOf)]);
    const { rows } = await labelledEpisodes(world.source.manager, END);
    expect(rows).toHaveLength(episodes.filter((one) => one.asOf + LABEL_DELAY <= asOf).length);
    const hash = trainingSetHash(trainingSetOf(taughtRows(rows)));
    expect({ data, fittedUntil }).toMatchObject({ data: { hash, asOf }, fittedUntil: asOf });
  });

  it('holds up no sender whose events begin a new day', async () => {
    await label(world, asItWas, 5);
    const fates: string[] = [];
    const report = async (): Promise<void> => {
      const occurredAt = END + fates.length * DAY;
      const event = anEvent({ id: `n${fates.length}`, occurredAt });
      // It waits for the sender: were the sender to wait for it, neither would end.
      const late = new Promise<string[]>((resolve) => setTimeout(resolve, 2000, ['held up']));
      fates.push(...(await Promise.race([takeEvents(world.source, [event], END), late])));
    };
    await trained({ report });
    expect(new Set(fates)).toEqual(new Set(['fresh']));
  });
});
