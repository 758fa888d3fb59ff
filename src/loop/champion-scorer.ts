import { DomainError } from '../core/errors/domain-error.js';
import { featureTable } from '../core/features/feature-table.js';
import { unfamiliarityCheck } from '../core/scoring/abstention.js';
import { lossHead } from '../core/scoring/loss-head.js';
import { requireParity } from '../core/scoring/parity-probe.js';
import type { ScoringModel } from '../core/scoring/score.js';
import { PRIOR_MODEL } from '../core/scoring/score.js';
import { autoLearner } from '../core/training/auto-learner.js';
import type { Learner } from '../core/training/classifier.js';
import { gradientBoostingLearner } from '../core/training/gradient-boosting.js';
import { logisticRegressionLearner } from '../core/training/logistic-regression.js';
import { PRIOR_VERSION, priorLearner } from '../core/training/prior.js';
import { journeyVersions } from '../storage/journey.store.js';
import type { ModelFiles } from '../storage/model-files.js';
import { challengerNow, championVersion, championVersionsAt } from '../storage/model.store.js';
import type { ScoredEpisode, ShadowAnswer } from '../storage/prediction.store.js';
import type { Sql } from '../storage/sql.js';
import type { Instant } from '../core/telemetry/time.js';
import { neuralLearner } from '../tensorflow/neural-learner.js';
import { Baselines } from './baselines.js';
import type { ToScore } from './score-episodes.js';
import { scoreEpisodes } from './score-episodes.js';

/**
 * The learners that the service trains and answers with, from the lowest rung up. The neural one
 * loads TensorFlow.js when it is taught, not when it answers.
 */
export const LADDER: readonly Learner[] = [
  priorLearner,
  logisticRegressionLearner,
  gradientBoostingLearner,
  neuralLearner(),
];

/** Scores silently what comes to be known after it was made. */
interface Challenger {
  readonly model: ScoringModel;
  readonly createdAt: Instant;
}

/** What the challenger would have said: the prior's word where it would have abstained. */
function shadowOf(challenger: ScoringModel, { features }: ScoredEpisode): ShadowAnswer {
  const model = challenger.unfamiliar(features) === null ? challenger : PRIOR_MODEL;
  const [probability = 0] = model.classifier.predict(featureTable(model.schema, [features]));
  return { version: challenger.version, probability };
}

/** Items that one champion answers, one after the other. */
interface Reign {
  readonly version: string;
  readonly items: ToScore[];
}

/** Models that are kept in memory: the champion, its challenger, and one that history is answered with. */
const KEPT = 3;

/** A model that could not be read is read again after so long: its files may have come back. */
const PAUSE_MS = 10_000;

/** Is told of a model that cannot be read, once. */
type Complain = (version: string, error: unknown) => void;

/**
 * Scores with who is, or was, champion; a model is read from its files once. Where it cannot be read
 * the prior stands in: an alert that nobody scores well is better than one that nobody takes.
 */
export class ChampionScorer {
  readonly baselines = new Baselines();
  private loaded: readonly ScoringModel[] = [];
  /** When models that could not be read are read again (`performance.now()`). */
  private readonly unreadable = new Map<string, number>();

  constructor(
    private readonly files: ModelFiles,
    private readonly complain: Complain = () => undefined,
  ) {}

  /** The present champion, ready to score. */
  async champion(sql: Sql): Promise<ScoringModel> {
    return await this.ready((await championVersion(sql)) ?? PRIOR_VERSION);
  }

  /** Who was champion at that time, ready to score. */
  async championAt(sql: Sql, at: Instant): Promise<ScoringModel> {
    const [version] = await championVersionsAt(sql, [at]);
    return await this.ready(version ?? PRIOR_VERSION);
  }

  /** Any model of the registry, ready to score. */
  async model(version: string): Promise<ScoringModel> {
    if (version === PRIOR_VERSION) return PRIOR_MODEL;
    const { card, artefact, familiarity, probe, loss } = await this.files.load(version);
    const learner = [autoLearner(LADDER), ...LADDER].find(({ name }) => name === artefact.learner);
    if (learner === undefined) {
      throw new DomainError('unknown-learner', `nobody here knows the learner ${artefact.learner}`);
    }
    const classifier = learner.load(artefact);
    if (probe !== null) requireParity(classifier, probe, card.schema);
    return {
      version,
      evidence: card.evidence,
      classifier,
      schema: card.schema,
      baseRate: card.baseRate,
      unfamiliar: unfamiliarityCheck(familiarity),
      lossHead: loss === null ? undefined : lossHead(loss, card.schema),
    };
  }

  /**
   * Scores anomalies on every stage that they touch, each with who was champion at its moment: a later
   * one may have learnt from what came of it.
   */
  async score(sql: Sql, items: readonly ToScore[]): Promise<ScoredEpisode[][]> {
    if (items.length === 0) return [];
    const answers: ScoredEpisode[][] = [];
    for (const reign of await reignsOf(sql, items)) {
      const model = await this.ready(reign.version);
      answers.push(...(await this.scoreBy(sql, model, reign.items)));
    }
    const challenger = await this.challenger(sql);
    if (challenger === null) return answers;
    const { model, createdAt } = challenger;
    return answers.map((own, i) => {
      if ((items[i]?.asOf ?? 0) < createdAt) return own;
      return own.map((one) => ({ ...one, shadow: shadowOf(model, one) }));
    });
  }

  /** What the present champion says of anomalies, those of the past too: an answer that nobody keeps. */
  async ask(sql: Sql, items: readonly ToScore[]): Promise<ScoredEpisode[][]> {
    return await this.scoreBy(sql, await this.champion(sql), items);
  }

  private async scoreBy(
    sql: Sql,
    model: ScoringModel,
    items: readonly ToScore[],
  ): Promise<ScoredEpisode[][]> {
    const versions = await journeyVersions(sql);
    return await scoreEpisodes({ sql, baselines: this.baselines, model, versions }, items);
  }

  private async ready(version: string): Promise<ScoringModel> {
    return (await this.read(version)) ?? { ...PRIOR_MODEL, standsInFor: version };
  }

  private async read(version: string): Promise<ScoringModel | null> {
    const known = this.loaded.find((model) => model.version === version);
    const model = known ?? (await this.tried(version));
    if (model === null) return null;
    this.loaded = [model, ...this.loaded.filter((other) => other !== model)].slice(0, KEPT);
    return model;
  }

  private async tried(version: string): Promise<ScoringModel | null> {
    const again = this.unreadable.get(version);
    if (again !== undefined && performance.now() < again) return null;
    try {
      const model = await this.model(version);
      this.unreadable.delete(version);
      return model;
    } catch (error) {
      if (again === undefined) this.complain(version, error);
      this.unreadable.set(version, performance.now() + PAUSE_MS);
      return null;
    }
  }

  /** The challenger, ready to score; null where there is none, or none that can be read. */
  private async challenger(sql: Sql): Promise<Challenger | null> {
    const found = await challengerNow(sql);
    const model = found === null ? null : await this.read(found.version);
    return found === null || model === null ? null : { model, createdAt: found.createdAt };
  }
}

async function reignsOf(sql: Sql, items: readonly ToScore[]): Promise<Reign[]> {
  const versions = await championVersionsAt(
    sql,
    items.map(({ asOf }) => asOf),
  );
  const reigns: Reign[] = [];
  items.forEach((item, i) => {
    const version = versions[i] ?? PRIOR_VERSION;
    const last = reigns.at(-1);
    if (last?.version === version) last.items.push(item);
    else reigns.push({ version, items: [item] });
  });
  return reigns;
}
