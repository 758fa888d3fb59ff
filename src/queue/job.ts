import type { Jobs, JobName } from './jobs.js';

/** Where a job stands; *waiting* includes those that wait for their time or their next try. */
export type JobState = 'waiting' | 'active' | 'completed' | 'failed';

/** A job as its sender sees it. */
export interface JobStatus {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
  /** What the handler last reported, 0..1. */
  readonly progress: number;
  /** What the handler answered, once completed. */
  readonly result: unknown;
  /** Why the last try failed. */
  readonly error: string | undefined;
  /** Tries so far. */
  readonly attempts: number;
}

/** What a handler may know of the try that it serves. */
export interface JobContext {
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Aborted when the worker stops before the job is done; the job is tried again later. */
  readonly signal: AbortSignal;
  /** Reports progress, 0..1. */
  progress(share: number): Promise<void>;
}

/** Thrown by a handler that cannot begin yet: the job waits so long without a slot, and the try does not count. */
export class NotYet extends Error {
  constructor(readonly pauseMs: number) {
    super(`not yet: tried again in ${pauseMs} ms`);
    this.name = 'NotYet';
  }
}

/**
 * Does one job; what it answers survives JSON.
 *
 * A `DomainError` that is not retriable fails the job for good; anything else is tried again, as
 * its policy says. It may run twice, after a worker was killed: it must bear that.
 */
type JobHandler<N extends JobName> = (payload: Jobs[N], context: JobContext) => Promise<unknown>;

/** One handler for every job: a missing one does not compile. */
export type JobHandlers = { readonly [N in JobName]: JobHandler<N> };
