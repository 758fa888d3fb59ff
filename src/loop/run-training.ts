import type { DataSource } from 'typeorm';

import { driftReference } from '../core/monitoring/drift-reference.js';
import { provenChanges } from '../core/monitoring/proven-changes.js';
import { nextVersion } from '../core/registry/model-version.js';
import { familiarityOf } from '../core/scoring/abstention.js';
import { learnSurprise } from '../core/scoring/surprise.js';
import { parityProbe } from '../core/scoring/parity-probe.js';
import { seededRandom } from '../core/statistics/random.js';
import type { Instant } from '../core/telemetry/time.js';
import type { ChangedMeaning } from '../core/training/changed-meaning.js';
import { fitLossQuantiles } from '../core/training/loss-quantiles.js';
import { validationFolds } from '../core/training/validation-folds.js';
import { audit } from '../storage/audit.store.js';
import type { ModelRow } from '../storage/entities/model.entity.js';
import type { TrainingRunRow } from '../storage/entities/training-run.entity.js';
import type { ModelFiles } from '../storage/model-files.js';
import {
  addModel,
  championVersion,
  crown,
  lockRegistry,
  modelByVersion,
  models,
} from '../storage/model.store.js';
import { trainingRunById, updateTrainingRun } from '../storage/training-run.store.js';
import type { ChampionScorer } from './champion-scorer.js';
import type { Defender, Judged } from './judge-challenger.js';
import { SEED, judgeChallenger } from './judge-challenger.js';
import type { LabelledEpisodes } from './labelled-episodes.js';
import {
  labelledEpisodes,
  lossRowsOf,
  taughtRows,
  trainingSetOf,
  wholeRows,
  withoutOutdated,
} from './labelled-episodes.js';
import { measureUntil } from './measure-until.js';
import { projectEvents } from './project-events.js';
import { trainingCard } from './training-card.js';

const LOCK = 7_405_005;

/** What a training run works on. */
export interface TrainingGround {
  readonly source: DataSource;
  readonly scorer: ChampionScorer;
  readonly files: ModelFiles;
  /** What time it is: a run takes a while. */
  readonly now: () => Instant;
}

type Report = (share: number) => Promise<void>;

/**
 * Runs one training run to its verdict; one at a time. A run that is final already is left alone.
 *
 * @returns false where another run is under way: nothing was done.
 */
export async function runTraining(
  ground: TrainingGround,
  runId: string,
  report: Report,
): Promise<boolean> {
  const lock = ground.source.createQueryRunner();
  try {
    const locked = 'SELECT pg_try_advisory_lock($1) AS mine';
    const [row] = (await lock.query(locked, [LOCK])) as { mine: boolean }[];
    if (row?.mine !== true) return false;
    try {
      await runAlone(ground, runId, report);
    } finally {
      // A connection that is lost has let go of it.
      await lock.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    }
    return true;
  } finally {
    await lock.release();
  }
}

async function runAlone(ground: TrainingGround, runId: string, report: Report): Promise<void> {
  const { source } = ground;
  try {
    const run = await trainingRunById(source.manager, runId);
    if (run === null || ['promoted', 'kept', 'insufficient-data'].includes(run.state)) return;
    await train(ground, run, report);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const finishedAt = new Date(ground.now());
    const ended = { state: 'failed', progress: 1, reason, finishedAt } as const;
    // Where not even that can be written down the run is taken up again later.
    await updateTrainingRun(source.manager, runId, ended).catch(() => undefined);
    throw error;
  }
}

async function train(ground: TrainingGround, run: TrainingRunRow, report: Report): Promise<void> {
  const { source, scorer } = ground;
  const asOf = run.asOf?.getTime() ?? ground.now();
  const step = async (progress: number): Promise<void> => {
    await updateTrainingRun(source.manager, run.id, { state: 'running', progress });
    await report(progress);
  };
  await step(0.05);
  await projectEvents(source, ground.now());
  await measureUntil(source, scorer.baselines, asOf);
  await step(0.4);
  const known = await labelledEpisodes(source.manager, asOf);
  const registered = await models(source.manager);
  const changes = meaningChanges(known, registered, asOf);
  const episodes = withoutOutdated(known, changes);
  const existing = registered.map(({ version }) => version);
  const version = nextVersion(existing, asOf);
  const judged = await judgeChallenger(episodes, {
    defender: await defenderOf(ground),
    version,
    report: (share) => step(0.4 + 0.4 * share),
  });
  await step(0.8);
  await settle(ground, { run, asOf, version, known, episodes, changes, judged });
  await report(1);
}

/** Whose alerts came to mean something else, by what models knew that were made before and by what is known now. */
function meaningChanges(
  { rows }: LabelledEpisodes,
  registered: readonly ModelRow[],
  asOf: Instant,
): readonly ChangedMeaning[] {
  const before = registered.find(
    ({ card, state }) => state !== 'rejected' && card.createdAt < asOf,
  );
  const known = before?.card.changedMeanings ?? [];
  const answers = rows.map((row) => ({ ...row.logged, ...row }));
  return provenChanges(answers, known, { asOf, random: seededRandom(SEED) });
}

async function defenderOf({ source, scorer }: TrainingGround): Promise<Defender> {
  const model = await scorer.champion(source.manager);
  const card = (await modelByVersion(source.manager, model.version))?.card;
  return {
    model,
    recipe: card?.recipe ?? card?.learner ?? 'prior',
    fittedUntil: card?.fittedUntil ?? null,
  };
}

interface Finding {
  readonly run: TrainingRunRow;
  readonly asOf: Instant;
  readonly version: string;
  /** All that is known, and what of it teaches. */
  readonly known: LabelledEpisodes;
  readonly episodes: LabelledEpisodes;
  readonly changes: readonly ChangedMeaning[];
  readonly judged: Judged;
}

/** Writes down the verdict; a recipe that was judged is refitted on everything and kept. */
async function settle(ground: TrainingGround, finding: Finding): Promise<void> {
  const { source, files } = ground;
  const { run, asOf, version, judged } = finding;
  if (judged.kind !== 'judged') {
    const finishedAt = new Date(ground.now());
    const state = judged.kind === 'no-signal' ? 'kept' : 'insufficient-data';
    const { reason } = judged;
    await updateTrainingRun(source.manager, run.id, { state, progress: 1, reason, finishedAt });
    return;
  }
  const { decision } = judged;
  const { rows } = finding.episodes;
  const set = trainingSetOf(taughtRows(rows));
  // What the inputs are like has not changed with what they mean.
  const whole = trainingSetOf(wholeRows(finding.known.rows));
  const { classifier } = judged.trained;
  const loss = fitLossQuantiles(lossRowsOf(rows), SEED);
  const surprise = learnSurprise(whole, validationFolds(whole, seededRandom(SEED)));
  const card = trainingCard({ ...finding, loss, surprise }, judged, set);
  await files.save({
    card,
    artefact: classifier.save(),
    familiarity: familiarityOf(whole.table, surprise),
    probe: parityProbe(classifier, whole.table),
    loss,
    reference: driftReference(whole.table, whole.labels, classifier, whole.groups),
  });
  const finishedAt = new Date(ground.now());
  await source.transaction(async (sql) => {
    const { verdict, reason } = decision;
    await lockRegistry(sql);
    await addModel(sql, card, 'challenger');
    if (verdict === 'promoted') {
      const before = await championVersion(sql);
      // Made of fed history it answers since a time of that; else from when it is there.
      const since = run.asOf === null ? finishedAt.getTime() : asOf;
      await crown(sql, version, { since, by: 'gate', reason });
      await audit(sql, {
        at: finishedAt,
        who: 'gate',
        action: 'model.promote',
        subject: version,
        before: { champion: before },
        after: { champion: version },
        reason,
      });
    }
    const gate = { ...decision };
    const result = { state: verdict, progress: 1, model: version, gate, reason, finishedAt };
    await updateTrainingRun(sql, run.id, result);
  });
}
