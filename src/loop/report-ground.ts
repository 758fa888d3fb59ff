import type { DriftReference } from '../core/monitoring/drift-reference.js';
import { driftReference } from '../core/monitoring/drift-reference.js';
import type { JudgedAnswer } from '../core/monitoring/performance-answer.js';
import { isLabelled } from '../core/monitoring/performance-answer.js';
import { featureTable } from '../core/features/feature-table.js';
import type { ScoringModel } from '../core/scoring/score.js';
import type { Instant } from '../core/telemetry/time.js';
import type { FeaturesRead } from '../storage/first-answer.store.js';
import type { ModelFiles } from '../storage/model-files.js';
import { modelByVersion } from '../storage/model.store.js';
import type { Sql } from '../storage/sql.js';
import type { ChampionScorer } from './champion-scorer.js';
import { judgedAnswers } from './judged-answers.js';

/** A stretch of time, and up to when things are known. */
export interface ReportStretch {
  readonly from: Instant;
  readonly until: Instant;
  readonly asOf: Instant;
}

/** Where the champion and its training rows are found. */
export interface ReportParts {
  readonly scorer: ChampionScorer;
  readonly files: ModelFiles;
}

/** All that a report is written from. */
export interface ReportDesk extends ReportParts {
  readonly sql: Sql;
}

/** What reports of a model's inputs are made of. */
export interface ReportGround {
  /** Who was champion at the time of knowledge. */
  readonly champion: ScoringModel;
  /** What it learnt from was known by then; null for the prior. */
  readonly fittedUntil: Instant | null;
  readonly reference: DriftReference;
  readonly referenceKind: 'training' | 'earlier';
  /** All first answers up to the end, oldest first. */
  readonly answers: readonly JudgedAnswer[];
}

/** The prior was taught nothing, and older models kept no reference: what was asked before stands in. */
function earlierReference(
  champion: ScoringModel,
  earlier: readonly JudgedAnswer[],
): DriftReference {
  const table = featureTable(
    champion.schema,
    earlier.map(({ features }) => features),
  );
  const labels = earlier.map((one) => (isLabelled(one) && one.share < 0.5 ? 0 : one.label));
  const groups = earlier.map(({ group }) => group);
  return driftReference(table, labels, champion.classifier, groups);
}

/**
 * Gathers the champion, what it is compared with, and what it was asked; with `names` the answers may
 * come without most of their features.
 */
export async function reportGround(
  sql: Sql,
  { scorer, files }: ReportParts,
  { from, until, asOf }: ReportStretch,
  features: FeaturesRead = 'all',
): Promise<ReportGround> {
  const champion = await scorer.championAt(sql, asOf);
  const fittedUntil = (await modelByVersion(sql, champion.version))?.card.fittedUntil ?? null;
  const stored = await files.loadReference(champion.version);
  const answers = await judgedAnswers(sql, until, asOf, stored === null ? 'all' : features);
  const ground = { champion, fittedUntil, answers };
  if (stored !== null) return { ...ground, reference: stored, referenceKind: 'training' };
  const earlier = answers.filter((answer) => answer.asOf < from);
  return { ...ground, reference: earlierReference(champion, earlier), referenceKind: 'earlier' };
}
