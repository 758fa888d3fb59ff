import type { DataSource } from 'typeorm';

import type { AddressGuard } from '../connectors/prometheus/address-guard.js';
import type { Duration } from '../core/telemetry/time.js';
import { DAY } from '../core/telemetry/time.js';
import type { Clock } from '../http/clock.js';
import type { ChampionScorer } from '../loop/champion-scorer.js';
import { copyEvents } from '../loop/copy-events.js';
import { keepDriftReport } from '../loop/keep-drift-report.js';
import { measureUntil } from '../loop/measure-until.js';
import type { EventRetention } from '../loop/expire-events.js';
import { expireEvents } from '../loop/expire-events.js';
import { projectEvents } from '../loop/project-events.js';
import { rebuildJourney } from '../loop/rebuild-journey.js';
import { recalibrateThresholds } from '../loop/recalibrate-thresholds.js';
import { rescoreOpenEpisodes } from '../loop/rescore-open-episodes.js';
import { runTraining } from '../loop/run-training.js';
import { makeSuggestion } from '../loop/suggest-threshold.js';
import { sumHours } from '../loop/sum-hours.js';
import { type JobHandlers, NotYet } from '../queue/job.js';
import { JOB_POLICIES } from '../queue/jobs.js';
import type { EventCopies } from '../storage/event-copies.js';
import { knownUntil } from '../storage/backfill.store.js';
import { expireKeys } from '../storage/idempotency.store.js';
import type { ModelFiles } from '../storage/model-files.js';
import { expireReports } from '../storage/report.store.js';
import { expireSuggestions } from '../storage/threshold-suggestion.store.js';
import type { StartTraining } from './start-training.js';

/** A run that waits for another one asks so often whether it has ended. */
const UNTIL_NEXT_TRAINING_MS = 2_000;

/** A year and a month, so that a season can be set beside the last one. */
const REPORTS_KEPT: Duration = 400 * DAY;

/** What jobs work on. */
export interface JobParts {
  readonly source: DataSource;
  readonly clock: Clock;
  readonly scorer: ChampionScorer;
  readonly files: ModelFiles;
  readonly copies: EventCopies;
  readonly retention: EventRetention;
  readonly training: StartTraining;
  readonly guard: AddressGuard;
}

/** Every job and what does it: one that is missing does not compile. */
export function jobHandlers(parts: JobParts): JobHandlers {
  const { source, clock, scorer, files, copies, retention, guard } = parts;
  return {
    'project-events': async () => {
      await projectEvents(source, clock.now());
    },
    'measure-outcomes': async ({ until }) => {
      await projectEvents(source, clock.now());
      // While history is fed its clock is the one that counts: what comes next is not in yet.
      const known = until ?? (await knownUntil(source.manager, clock.now()));
      return await measureUntil(source, scorer.baselines, known);
    },
    train: async ({ runId }, context) => {
      const ground = { source, scorer, files, now: () => clock.now() };
      const isDone = await runTraining(ground, runId, (share) => context.progress(share));
      if (!isDone) throw new NotYet(UNTIL_NEXT_TRAINING_MS);
    },
    'rebuild-journey': async ({ journey }) => {
      await source.transaction((sql) => rebuildJourney(sql, journey, clock.now()));
    },
    'report-drift': async () => {
      const kept = await keepDriftReport(source.manager, { scorer, files }, clock.now());
      if (kept !== null) await parts.training.startIfNeeded();
      return kept;
    },
    'consider-training': async () => {
      await parts.training.takeUpLost();
      return await parts.training.startIfNeeded();
    },
    'rescore-open-episodes': async () => {
      await projectEvents(source, clock.now());
      return await rescoreOpenEpisodes(source, scorer, clock.now());
    },
    'copy-events': async () => await copyEvents(source, copies, clock.now()),
    'sum-hours': async () => await sumHours(source),
    'suggest-threshold': async ({ suggestionId }, { attempt }) => {
      const isLastTry = attempt >= JOB_POLICIES['suggest-threshold'].attempts;
      await makeSuggestion(source, suggestionId, { now: clock.now(), isLastTry, guard });
    },
    expire: async () => {
      await expireEvents(source, retention, clock.now());
      await expireKeys(source.manager, clock.now());
      await expireSuggestions(source.manager, clock.now());
      await expireReports(source.manager, clock.now() - REPORTS_KEPT);
      await recalibrateThresholds(source, clock.now(), guard);
    },
  };
}
