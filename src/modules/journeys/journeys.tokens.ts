/** Names the queue that rebuilds go into. */
export const REBUILDS = Symbol('rebuilds');
