import type { Instant } from '../core/telemetry/time.js';

/** Every job and what it is given; all of it survives JSON. */
export interface Jobs {
  /** Measures the outcomes that were due at `until`, by default when the job runs. */
  readonly 'measure-outcomes': { readonly until?: Instant };
  /** Runs one training run; `asOf`: on what was known then. */
  readonly train: { readonly runId: string; readonly asOf?: Instant };
  /** Keeps today's drift report of the champion, where there is none. */
  readonly 'report-drift': Readonly<Record<string, never>>;
  /** Starts a training run where new outcomes, drift or a stale stage ask for one. */
  readonly 'consider-training': Readonly<Record<string, never>>;
  /** Restates a journey's attempts and stage metrics, after a new version or merged actors. */
  readonly 'rebuild-journey': { readonly journey: string; readonly from?: Instant };
  /** Counts the events that wait into the stage metrics. */
  readonly 'project-events': Readonly<Record<string, never>>;
  readonly 'rescore-open-episodes': Readonly<Record<string, never>>;
  /** Copies the days of events that are over into columns, for funnels. */
  readonly 'copy-events': Readonly<Record<string, never>>;
  /** Adds up the stage metrics of the hours that have changed. */
  readonly 'sum-hours': Readonly<Record<string, never>>;
  /** Makes the threshold suggestion that was put on record under this id. */
  readonly 'suggest-threshold': { readonly suggestionId: string };
  /** Drops what is past its retention and closes suggestions that are past their expiry, and asks anew for stale ones. */
  readonly expire: Readonly<Record<string, never>>;
}

export type JobName = keyof Jobs;

/** How often a job is tried, and how long the first pause is (it doubles), milliseconds. */
export interface JobPolicy {
  readonly attempts: number;
  readonly pauseMs: number;
}

/** Names every job: one that is missing does not compile. */
export const JOB_POLICIES: Readonly<Record<JobName, JobPolicy>> = {
  'measure-outcomes': { attempts: 5, pauseMs: 1_000 },
  // Minutes of work: a second try serves a killed worker, not a wrong run.
  train: { attempts: 2, pauseMs: 5_000 },
  // Both come again in an hour anyway.
  'consider-training': { attempts: 2, pauseMs: 10_000 },
  'report-drift': { attempts: 2, pauseMs: 10_000 },
  'rebuild-journey': { attempts: 5, pauseMs: 1_000 },
  // Comes again in a minute anyway.
  'project-events': { attempts: 2, pauseMs: 1_000 },
  // Comes again in five minutes anyway.
  'rescore-open-episodes': { attempts: 2, pauseMs: 1_000 },
  // Comes again in ten minutes anyway.
  'copy-events': { attempts: 2, pauseMs: 10_000 },
  'sum-hours': { attempts: 2, pauseMs: 1_000 },
  // Somebody waits; what a server cannot tell now it seldom can a second later.
  'suggest-threshold': { attempts: 2, pauseMs: 2_000 },
  expire: { attempts: 3, pauseMs: 10_000 },
};
