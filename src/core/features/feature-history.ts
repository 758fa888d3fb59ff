import { SEVERITIES, type Severity } from '../telemetry/anomaly.js';
import { DAY, type Duration, type Instant } from '../telemetry/time.js';
import type {
  EpisodeCounts,
  FeatureContext,
  LabelHistory,
  LabelTally,
  OpenEpisodes,
  RecentChange,
} from './feature-context.js';

/** A change with the moment from which it was known. */
export interface ChangeRecord extends RecentChange {
  readonly knownAt: Instant;
}

/** An episode with the moments from which its start and its end were known. */
export interface EpisodeRecord {
  readonly anomalyId: string;
  readonly rule: string;
  readonly service: string | null;
  /** Means something within its source alone: where there are several, it holds the source too. */
  readonly fingerprint: string;
  readonly severity: Severity;
  /** Mapped stages as `journey/stage`. */
  readonly stages: readonly string[];
  readonly startedAt: Instant;
  readonly knownAt: Instant;
  readonly endedAt: Instant | null;
  readonly endKnownAt: Instant | null;
}

/** A decided training label with the moment from which it was usable. */
export interface LabelRecord {
  readonly anomalyId: string;
  readonly rule: string;
  readonly service: string | null;
  /** `journey/stage`. */
  readonly stage: string;
  readonly failure: boolean;
  readonly knownAt: Instant;
}

/** Records of any time; what came later than the scoring time is left out by `contextOf`. */
export interface FeatureHistory {
  readonly changes: readonly ChangeRecord[];
  readonly episodes: readonly EpisodeRecord[];
  readonly labels: readonly LabelRecord[];
}

/** Whose context is asked for; `stage` is `journey/stage`. */
export type ContextSubject = Pick<
  EpisodeRecord,
  'anomalyId' | 'rule' | 'service' | 'fingerprint'
> & { readonly stage: string };

/** An episode that never said it ended counts as open for this long. */
export const OPEN_AT_MOST: Duration = DAY;

function countsOf(episodes: readonly EpisodeRecord[], asOf: Instant): EpisodeCounts {
  const within = (span: Duration): EpisodeRecord[] =>
    episodes.filter((e) => e.startedAt > asOf - span && e.startedAt <= asOf);
  const month = within(28 * DAY);
  const latest = month.reduce((max, e) => Math.max(max, e.startedAt), -Infinity);
  return {
    lastDay: within(DAY).length,
    lastWeek: within(7 * DAY).length,
    lastMonth: month.length,
    latestStart: month.length === 0 ? null : latest,
  };
}

function tallyOf(labels: readonly LabelRecord[]): LabelTally {
  return { failures: labels.filter((l) => l.failure).length, decided: labels.length };
}

function labelHistoryOf(labels: readonly LabelRecord[], subject: ContextSubject): LabelHistory {
  const { service } = subject;
  const stage = labels.filter((l) => l.stage === subject.stage);
  const rule = stage.filter((l) => l.rule === subject.rule);
  const ofService = (of: readonly LabelRecord[]): LabelTally | null =>
    service === null ? null : tallyOf(of.filter((l) => l.service === service));
  return {
    overall: tallyOf(labels),
    stage: tallyOf(stage),
    service: ofService(stage),
    rule: tallyOf(rule),
    serviceRule: ofService(rule),
  };
}

function openOf(
  episodes: readonly EpisodeRecord[],
  subject: ContextSubject,
  asOf: Instant,
): OpenEpisodes {
  const open = episodes.filter((e) => {
    const endKnown = e.endKnownAt !== null && e.endKnownAt <= asOf;
    const isRecent = e.startedAt <= asOf && e.startedAt > asOf - OPEN_AT_MOST;
    return isRecent && !(endKnown && e.endedAt !== null && e.endedAt <= asOf);
  });
  const worst = open.reduce((max, e) => Math.max(max, SEVERITIES.indexOf(e.severity)), -1);
  return {
    total: open.length,
    sameStage: open.filter((e) => e.stages.includes(subject.stage)).length,
    sameService: open.filter((e) => e.service !== null && e.service === subject.service).length,
    maxSeverity: SEVERITIES[worst] ?? null,
  };
}

/**
 * The part of a context that comes from records: the reference for every indexed read of the same thing.
 *
 * Only records whose `knownAt` is not after `asOf` count, so later records change nothing; the
 * subject's own episode and labels are left out.
 */
export function contextOf(
  history: FeatureHistory,
  subject: ContextSubject,
  asOf: Instant,
): Omit<FeatureContext, 'traffic' | 'freshnessSeconds'> {
  const known = <T extends { readonly knownAt: Instant }>(records: readonly T[]): T[] =>
    records.filter((r) => r.knownAt <= asOf);
  const episodes = known(history.episodes).filter((e) => e.anomalyId !== subject.anomalyId);
  const labels = known(history.labels).filter((l) => l.anomalyId !== subject.anomalyId);
  const sameService = episodes.filter((e) => e.service === subject.service);
  const like = (same: (e: EpisodeRecord) => boolean): EpisodeCounts =>
    countsOf(episodes.filter(same), asOf);
  return {
    changes: known(history.changes)
      .filter((c) => c.occurredAt <= asOf && c.occurredAt > asOf - DAY)
      .map(({ id, kind, occurredAt, labels: of }) => ({ id, kind, occurredAt, labels: of })),
    sameRule: like((e) => e.rule === subject.rule),
    sameService: subject.service === null ? null : countsOf(sameService, asOf),
    sameFingerprint: like((e) => e.fingerprint === subject.fingerprint),
    labels: labelHistoryOf(labels, subject),
    open: openOf(episodes, subject, asOf),
  };
}
