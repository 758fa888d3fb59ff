/** Names the queue that suggestions go into. */
export const SUGGESTIONS = Symbol('suggestions');
