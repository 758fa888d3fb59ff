import { randomUUID } from 'node:crypto';
import { createPostgresBackend, type Job, type JobsOptions, Queue } from 'bullmq';
import { DomainError } from '../core/errors/domain-error.js';
import { postgresOptions, QUEUE, type QueueConnection } from './connection.js';
import { ownId, storedId } from './job-id.js';
import type { JobState, JobStatus } from './job.js';
import { within } from './patience.js';
import { JOB_POLICIES, type JobName, type Jobs } from './jobs.js';

/** A queue that has not answered after so long cannot be reached. */
const LONGEST_WAIT_MS = 5_000;

/** Asked anew or not at all: a command that waits for a connection would be carried out when nobody expects it. */
const FAIL_FAST = { enableOfflineQueue: false, maxRetriesPerRequest: 1 };

const DAY_SECONDS = 86_400;
const KEPT = {
  removeOnComplete: { age: DAY_SECONDS, count: 1_000 },
  removeOnFail: { age: 7 * DAY_SECONDS, count: 1_000 },
};

/** How a job is added. */
interface AddOptions {
  /** Ours to choose; a second add under an id that is still kept does nothing. */
  readonly jobId?: string;
  /**
   * Jobs of one key run one after the other, and those that wait melt into one: at most one runs
   * and one waits. The one that waits has the payload of the last add while one ran, else of the first.
   */
  readonly coalesce?: string;
  /** Milliseconds before the first try. */
  readonly delay?: number;
}

/** The sender's side of the queue. */
export interface JobQueue {
  /** Resolves once the job is stored; answers its id, or that of the job it melted into. */
  add<N extends JobName>(name: N, payload: Jobs[N], options?: AddOptions): Promise<string>;
  /** Finished jobs are kept for a day, failed ones for a week. */
  get(id: string): Promise<JobStatus | undefined>;
  close(): Promise<void>;
}

// Payloads are typed by add alone: BullMQ has one payload type for a whole queue.
type Backend = Pick<Queue<unknown, unknown>, 'add' | 'getJob' | 'getJobState' | 'close'>;
type Stored = Job<unknown, unknown>;

/** Opens the queue; `onError` hears of lost connections, which are restored by themselves. */
export function createJobQueue(
  connection: QueueConnection,
  onError: (error: Error) => void = () => undefined,
): JobQueue {
  const queue = open(connection, onError);
  return {
    async add(name, payload, options = {}) {
      const job = await attempt(() => queue.add(name, payload, jobOptions(name, options)));
      return ownId(job.id);
    },
    async get(id) {
      // The state before the rest: of a finished job, what is read after that is whole.
      const state = await attempt(() => queue.getJobState(storedId(id)));
      const job = await attempt(() => queue.getJob(storedId(id)));
      return job === undefined ? undefined : status(job, ownState(state));
    },
    // What cannot be reached is not waited for either.
    close: () => within(queue.close(), LONGEST_WAIT_MS, () => undefined).catch(onError),
  };
}

function open({ kind, url }: QueueConnection, onError: (error: Error) => void): Backend {
  if (kind === 'redis') {
    return new Queue(QUEUE, { connection: { url, ...FAIL_FAST } }).on('error', onError);
  }
  const options = { connection: postgresOptions(url) };
  return new Queue(QUEUE, options, createPostgresBackend).on('error', onError);
}

function jobOptions(name: JobName, options: AddOptions): JobsOptions {
  const policy = JOB_POLICIES[name];
  return {
    ...KEPT,
    jobId: storedId(options.jobId ?? randomUUID()),
    attempts: policy.attempts,
    backoff: { type: 'exponential', delay: policy.pauseMs },
    ...(options.delay === undefined ? {} : { delay: options.delay }),
    ...(options.coalesce === undefined
      ? {}
      : { deduplication: { id: `${name}/${options.coalesce}`, keepLastIfActive: true } }),
  };
}

function status(job: Stored, state: JobState): JobStatus {
  return {
    id: ownId(job.id),
    name: job.name,
    state,
    progress: typeof job.progress === 'number' ? job.progress : 0,
    result: state === 'completed' ? job.returnvalue : undefined,
    // Of a job that is tried again this is why the last try failed.
    error: state === 'completed' ? undefined : job.failedReason,
    attempts: job.attemptsMade,
  };
}

function ownState(state: string): JobState {
  if (state === 'active' || state === 'completed' || state === 'failed') return state;
  return 'waiting';
}

async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await within(call(), LONGEST_WAIT_MS, () => {
      throw new Error(`no answer in ${LONGEST_WAIT_MS} ms`);
    });
  } catch (cause) {
    throw new DomainError('queue-unavailable', 'the job queue cannot be reached', {
      cause,
      retriable: true,
    });
  }
}
