/** Names the queue that jobs go into. */
export const JOBS = Symbol('jobs');
