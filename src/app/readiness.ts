import type { Readiness } from '../modules/operations/operations.tokens.js';
import type { JobQueue } from '../queue/job-queue.js';

/** Ready is: the database answers, and the job queue does. Migrations ran before we listened. */
export function readiness(jobs: JobQueue): Readiness {
  return async (source) => {
    try {
      await source.query('SELECT 1');
    } catch {
      return 'the database does not answer';
    }
    try {
      await jobs.get('no-such-job');
    } catch {
      return 'the job queue does not answer';
    }
    return null;
  };
}
