import { betaQuantile } from '../statistics/beta-quantile.js';
import type { Interval } from '../statistics/interval.js';
import { quantileOfSorted } from '../statistics/interval.js';
import { WEEK } from '../telemetry/time.js';
import type { Duration } from '../telemetry/time.js';
import type { AnsweredFailure, JudgedAnswer, LabelledAnswer } from './performance-answer.js';

/** Answers of like probability, and how many of them failed. */
export interface CalibrationPoint {
  readonly probability: number;
  readonly failureRate: number;
  /** 90 %, Jeffreys. */
  readonly interval: Interval;
  readonly episodes: number;
}

const POINTS = 10;

/** Said against realised, in ten groups of equally many answers. */
export function calibrationCurve(answers: readonly LabelledAnswer[]): CalibrationPoint[] {
  const sorted = answers.toSorted((a, b) => a.probability - b.probability);
  const points: CalibrationPoint[] = [];
  for (let point = 0; point < POINTS; point += 1) {
    const place = (share: number): number => Math.round((share / POINTS) * sorted.length);
    const some = sorted.slice(place(point), place(point + 1));
    if (some.length === 0) continue;
    const failures = some.reduce((sum, { label, share }) => sum + label * share, 0);
    const [a, b] = [failures + 0.5, some.length - failures + 0.5];
    points.push({
      probability: some.reduce((sum, { probability }) => sum + probability, 0) / some.length,
      failureRate: failures / some.length,
      interval: [betaQuantile(0.05, a, b), betaQuantile(0.95, a, b)],
      episodes: some.length,
    });
  }
  return points;
}

/** What share of the failures lies above a probability, and what share of what lies there failed. */
export interface PrecisionPoint {
  readonly probability: number;
  readonly recall: number;
  readonly precision: number;
}

/** The precision-recall curve, in twentieths of the failures; empty where none failed. */
export function precisionRecall(answers: readonly LabelledAnswer[]): PrecisionPoint[] {
  const sorted = answers.toSorted((a, b) => b.probability - a.probability);
  const failures = sorted.reduce((sum, { label, share }) => sum + label * share, 0);
  const points: PrecisionPoint[] = [];
  let [found, told] = [0, 0];
  sorted.forEach(({ probability, label, share }, i) => {
    found += label * share;
    // Answers that tie lie above a probability together.
    if (sorted[i + 1]?.probability === probability) return;
    const recall = found / failures;
    const step = Math.floor(recall * CURVE + 1e-9);
    if (step > told) points.push({ probability, recall, precision: found / (i + 1) });
    told = step;
  });
  return points;
}

const CURVE = 20;

/** The queue as people see it: an episode once, at its highest priority, the failures that it is on. */
interface Page {
  readonly priority: number;
  readonly failures: readonly AnsweredFailure[];
}

function pagesOf(answers: readonly JudgedAnswer[]): Page[] {
  const byEpisode = new Map<string, JudgedAnswer[]>();
  for (const answer of answers) {
    const known = byEpisode.get(answer.episodeId);
    if (known === undefined) byEpisode.set(answer.episodeId, [answer]);
    else known.push(answer);
  }
  return [...byEpisode.values()]
    .map((own) => ({
      priority: Math.max(...own.map(({ priority }) => priority)),
      failures: own.flatMap(({ failure }) => failure ?? []),
    }))
    .sort((a, b) => b.priority - a.priority);
}

interface Caught {
  readonly failures: number;
  readonly valueLost: number;
}

function caughtBy(pages: readonly Page[]): Caught {
  const failures = new Map(
    pages.flatMap((page) => page.failures.map((failure) => [failure.failureId, failure] as const)),
  );
  const valueLost = [...failures.values()].reduce((sum, failure) => sum + failure.valueLost, 0);
  return { failures: failures.size, valueLost };
}

/** What reading only the first so many of the queue each week would have found. */
export interface PagesPoint {
  readonly pagesPerWeek: number;
  readonly recall: number;
  /** Share of the value that all failures lost. */
  readonly lossCaptured: number;
}

const PAGES = [1, 2, 5, 10, 20, 50, 100] as const;

/** Recall at N pages a week: the best of the whole stretch, N for each of its weeks. */
export function recallAtPages(answers: readonly JudgedAnswer[], length: Duration): PagesPoint[] {
  const pages = pagesOf(answers);
  const all = caughtBy(pages);
  return PAGES.map((pagesPerWeek) => {
    const read = pages.slice(0, Math.round(pagesPerWeek * (length / WEEK)));
    const caught = caughtBy(read);
    return {
      pagesPerWeek,
      recall: caught.failures / all.failures,
      lossCaptured: caught.valueLost / all.valueLost,
    };
  });
}

/** What share of the queue holds what share of the value lost. */
export interface LossCapturePoint {
  readonly queue: number;
  readonly lossCaptured: number;
}

/** The loss-capture curve of the queue, in twentieths. */
export function lossCapture(answers: readonly JudgedAnswer[]): LossCapturePoint[] {
  const pages = pagesOf(answers);
  const { valueLost } = caughtBy(pages);
  return Array.from({ length: 21 }, (_, i) => {
    const queue = i / 20;
    const caught = caughtBy(pages.slice(0, Math.ceil(queue * pages.length)));
    return { queue, lossCaptured: caught.valueLost / valueLost };
  });
}

/** How early answers came. */
export interface LeadTime {
  readonly failures: number;
  /** From the first answer to the failure's end: the time that was left to act, milliseconds. */
  readonly toEnd: { readonly p10: number; readonly median: number; readonly p90: number };
  /** From the first answer to the failure's onset: above zero, it came before. */
  readonly toOnset: { readonly p10: number; readonly median: number; readonly p90: number };
}

/** The lead of the first answer about each failure; null where no failure's time is known. */
export function leadTimeOf(answers: readonly JudgedAnswer[]): LeadTime | null {
  const leads = new Map<string, readonly [toOnset: number, toEnd: number]>();
  for (const { asOf, failure } of answers.toSorted((a, b) => a.asOf - b.asOf)) {
    if (failure?.startedAt == null || failure.endedAt === null) continue;
    if (leads.has(failure.failureId)) continue;
    leads.set(failure.failureId, [failure.startedAt - asOf, failure.endedAt - asOf]);
  }
  if (leads.size === 0) return null;
  const spread = (place: 0 | 1): LeadTime['toEnd'] => {
    const sorted = [...leads.values()].map((lead) => lead[place]).sort((a, b) => a - b);
    const at = (share: number): number => quantileOfSorted(sorted, share);
    return { p10: at(0.1), median: at(0.5), p90: at(0.9) };
  };
  return { failures: leads.size, toOnset: spread(0), toEnd: spread(1) };
}
