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
import { challengerVersion, championVersion } from '../storage/model.store.js';
import type { ScoredEpisode, ShadowAnswer } from '../storage/prediction.store.js';
import type { Sql } from '../storage/sql.js';
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

interface Shadow {
  readonly version: string | null;
  readonly model: ScoringModel | null;
}

/** What the challenger would have said: the prior's word where it would have abstained. */
function shadowOf(challenger: ScoringModel, { features }: ScoredEpisode): ShadowAnswer {
  const model = challenger.unfamiliar(features) === null ? challenger : PRIOR_MODEL;
  const [probability = 0] = model.classifier.predict(featureTable(model.schema, [features]));
  return { version: challenger.version, probability };
}

/** Scores with whichever model is champion; a model is read from its files once. */
export class ChampionScorer {
  readonly baselines = new Baselines();
  private loaded: ScoringModel = PRIOR_MODEL;
  private shadow: Shadow = { version: null, model: null };

  constructor(private readonly files: ModelFiles) {}

  /** The champion, ready to score. */
  async champion(sql: Sql): Promise<ScoringModel> {
    const version = (await championVersion(sql)) ?? PRIOR_VERSION;
    if (version !== this.loaded.version) this.loaded = await this.model(version);
    return this.loaded;
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

  /** Scores anomalies with the champion on every stage that they touch. */
  async score(sql: Sql, items: readonly ToScore[]): Promise<ScoredEpisode[][]> {
    if (items.length === 0) return [];
    const model = await this.champion(sql);
    const versions = await journeyVersions(sql);
    const answers = await scoreEpisodes({ sql, baselines: this.baselines, model, versions }, items);
    const challenger = await this.challenger(sql);
    if (challenger === null) return answers;
    return answers.map((own) => own.map((one) => ({ ...one, shadow: shadowOf(challenger, one) })));
  }

  /** The challenger, ready to score; null where there is none, or none that can be read. */
  private async challenger(sql: Sql): Promise<ScoringModel | null> {
    const version = await challengerVersion(sql);
    if (version !== this.shadow.version) {
      // A challenger whose files are broken must not keep the champion from answering.
      const model = version === null ? null : await this.model(version).catch(() => null);
      this.shadow = { version, model };
    }
    return this.shadow.model;
  }
}
