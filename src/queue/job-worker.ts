import {
  createPostgresBackend,
  DelayedError,
  type Job,
  UnrecoverableError,
  WaitingError,
  Worker,
} from 'bullmq';
import { DomainError } from '../core/errors/domain-error.js';
import { postgresOptions, QUEUE, type QueueConnection } from './connection.js';
import { type JobContext, type JobHandlers, NotYet } from './job.js';
import { ownId } from './job-id.js';
import { within } from './patience.js';
import { JOB_POLICIES, type JobName } from './jobs.js';

/** Above BullMQ's default: a handler that keeps the event loop busy is not taken for dead. */
const LOCK_MS = 60_000;

/** How long jobs that were cancelled may take to go back. */
const HAND_BACK_MS = 5_000;

/** How a worker works. */
export interface WorkerOptions {
  /** Jobs at once; 4 by default. */
  readonly concurrency?: number;
  /** Lost connections, which are restored by themselves. */
  readonly onError?: (error: Error) => void;
  /** A try that failed; `final` when there will be no other. */
  readonly onFailure?: (failure: JobFailure) => void;
}

/** A try that failed. */
export interface JobFailure {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly final: boolean;
  readonly error: Error;
}

/** A running worker. */
export interface JobWorker {
  /**
   * Takes no more jobs and waits for those it has. After `graceMs` (20 s by default) their signal
   * is aborted and they go back to the queue.
   */
  close(graceMs?: number): Promise<void>;
}

type Running = Pick<Worker<unknown, unknown>, 'close' | 'cancelAllJobs' | 'waitUntilReady'>;
type Tried = Job<unknown, unknown>;

/** Starts to work; resolves once jobs can run. */
export async function startWorker(
  connection: QueueConnection,
  handlers: JobHandlers,
  options: WorkerOptions = {},
): Promise<JobWorker> {
  const worker = open(connection, handlers, options);
  await worker.waitUntilReady();
  return { close: (graceMs = 20_000) => close(worker, graceMs) };
}

function open(
  { kind, url }: QueueConnection,
  handlers: JobHandlers,
  { concurrency = 4, onError = () => undefined, onFailure = () => undefined }: WorkerOptions,
): Running {
  const process = (job: Tried, token?: string, signal?: AbortSignal): Promise<unknown> =>
    handle(handlers, job, token, signal);
  const shared = { concurrency, lockDuration: LOCK_MS };
  const failed = (job: Tried | undefined, error: Error): void => {
    if (job !== undefined) onFailure(failure(job, error));
  };
  if (kind === 'redis') {
    const worker = new Worker<unknown, unknown>(QUEUE, process, { ...shared, connection: { url } });
    return worker.on('error', onError).on('failed', failed);
  }
  const connected = { ...shared, connection: postgresOptions(url) };
  const worker = new Worker(QUEUE, process, connected, createPostgresBackend);
  return worker.on('error', onError).on('failed', failed);
}

async function close(worker: Running, graceMs: number): Promise<void> {
  const drained = worker.close().then(() => true);
  if (await within(drained, graceMs, () => false)) return;
  worker.cancelAllJobs('the worker stops');
  // Where the queue cannot be reached the jobs go back to it by themselves, once their locks have run out.
  await within(drained, HAND_BACK_MS, () => false);
}

async function handle(
  handlers: JobHandlers,
  job: Tried,
  token = '',
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> {
  const context: JobContext = {
    id: ownId(job.id),
    attempt: job.attemptsMade + 1,
    signal,
    progress: (share) => job.updateProgress(share),
  };
  try {
    if (!isJobName(job.name)) throw new DomainError('unknown-job', `unknown job ${job.name}`);
    // The payload was typed when it was added under this name.
    const handler = handlers[job.name] as (payload: unknown, of: JobContext) => Promise<unknown>;
    return await handler(job.data, context);
  } catch (error) {
    if (signal.aborted) {
      // Our stopping is not the job's failure: the try does not count.
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if (error instanceof NotYet) {
      await job.moveToDelayed(Date.now() + error.pauseMs, token);
      throw new DelayedError();
    }
    if (error instanceof DomainError && !error.retriable) throw final(error);
    throw error;
  }
}

function isJobName(name: string): name is JobName {
  return Object.hasOwn(JOB_POLICIES, name);
}

function final(error: DomainError): UnrecoverableError {
  const unrecoverable = new UnrecoverableError(`${error.code}: ${error.message}`);
  unrecoverable.cause = error;
  return unrecoverable;
}

function failure(job: Tried, error: Error): JobFailure {
  const ended = error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1);
  return { id: ownId(job.id), name: job.name, attempt: job.attemptsMade, final: ended, error };
}
