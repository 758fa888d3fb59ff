import type { DataSource } from 'typeorm';

import { ANOMALY_FEATURES, ANOMALY_FEATURE_LIST } from '../core/features/anomaly-feature-list.js';
import { driftReference } from '../core/monitoring/drift-reference.js';
import type { ModelCard } from '../core/registry/model-card.js';
import { nextVersion } from '../core/registry/model-version.js';
import { trainingSetHash } from '../core/registry/training-set-hash.js';
import { familiarityOf } from '../core/scoring/abstention.js';
import { learnSurprise } from '../core/scoring/surprise.js';
import type { Surprise } from '../core/scoring/surprise.js';
import { parityProbe } from '../core/scoring/parity-probe.js';
import { seededRandom } from '../core/statistics/random.js';
import type { Instant } from '../core/telemetry/time.js';
import { AUTO } from '../core/training/auto-classifier.js';
import type { TrainingSet } from '../core/training/classifier.js';
import { FEWEST_FAILURES, fitLossQuantiles } from '../core/training/loss-quantiles.js';
import type { LossQuantiles } from '../core/training/loss-quantiles.js';
import { validationFolds } from '../core/training/validation-folds.js';
import { audit } from '../storage/audit.store.js';
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
import { CODE_VERSION } from './code-version.js';
import type { Defender, Judged } from './judge-challenger.js';
import { SEED, judgeChallenger } from './judge-challenger.js';
import type { LabelledEpisodes } from './labelled-episodes.js';
import {
  labelledEpisodes,
  lossRowsOf,
  taughtRows,
  trainingSetOf,
  wholeRows,
} from './labelled-episodes.js';
import { measureUntil } from './measure-until.js';
import { projectEvents } from './project-events.js';

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
  const episodes = await labelledEpisodes(source.manager, asOf);
  const existing = (await models(source.manager)).map(({ version }) => version);
  const version = nextVersion(existing, asOf);
  const judged = await judgeChallenger(episodes, {
    defender: await defenderOf(ground),
    version,
    report: (share) => step(0.4 + 0.4 * share),
  });
  await step(0.8);
  await settle(ground, { run, asOf, version, episodes, judged });
  await report(1);
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
  readonly episodes: LabelledEpisodes;
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
  const whole = trainingSetOf(wholeRows(rows));
  const { classifier } = judged.trained;
  const loss = fitLossQuantiles(lossRowsOf(rows), SEED);
  const surprise = learnSurprise(whole, validationFolds(whole, seededRandom(SEED)));
  const card = cardOf({ ...finding, loss, surprise }, judged, set);
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

interface Learnt {
  readonly loss: LossQuantiles | null;
  readonly surprise: Surprise | null;
}

function abstentionLimit({ threshold, falseAlarmRate }: Surprise): string {
  const share = (100 * falseAlarmRate).toFixed(1);
  return `abstains above a surprise of ${threshold.toFixed(1)}: ${share} % of held-out episodes are above it`;
}

function cardOf(
  { asOf, version, episodes, loss, surprise }: Finding & Learnt,
  judged: Extract<Judged, { kind: 'judged' }>,
  set: TrainingSet,
): ModelCard {
  const { decision, judgedAfter, intervals, trained } = judged;
  const { choice, classifier, leftOut } = trained;
  const { version: _, ...figures } = decision.challenger;
  const failures = episodes.rows.reduce((sum, { label }) => sum + label, 0);
  const weight = set.weights.reduce((sum, one) => sum + one, 0);
  const failed = set.weights.reduce((sum, one, row) => sum + one * (set.labels[row] ?? 0), 0);
  const judgedOn = { episodes: decision.episodes, failures: decision.failures };
  return {
    version,
    createdAt: asOf,
    learner: choice.chosen,
    recipe: AUTO,
    members: choice.members.map(({ learner, weight }) => ({ learner: learner.name, weight })),
    evidence: 'model',
    codeVersion: CODE_VERSION,
    seed: SEED,
    schema: ANOMALY_FEATURES,
    features: ANOMALY_FEATURE_LIST,
    data: { hash: trainingSetHash(set), rows: episodes.rows.length, failures, asOf },
    judgedAfter,
    fittedUntil: asOf,
    metrics: { naive: { figures, intervals, ...judgedOn } },
    baseRate: failed / weight,
    calibration: choice.calibration.kind,
    completenessError: classifier.facts.completenessError,
    limits: [
      `learnt from ${episodes.rows.length} decided outcomes; ${episodes.unlabelled} were undecided, censored or too young`,
      'a failure counts for an episode with the chance that it is its doing',
      'figures are naive: handled episodes are not weighted for having been handled',
      loss === null
        ? `the size of a loss is pooled from past failures: fewer than ${FEWEST_FAILURES} were measured`
        : `the size of a loss is learnt from ${loss.failures} measured failures; its interval covers 90 % of failures like them`,
      ...(surprise === null ? [] : [abstentionLimit(surprise)]),
      ...leftOut.map(({ learner, reason }) => `${learner} was not tried: ${reason}`),
    ],
  };
}
