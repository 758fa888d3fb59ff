/** Names the queue in which events wait to be counted. */
export const PROJECTIONS = Symbol('projections');
