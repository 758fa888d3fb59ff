/**
 * What the frame of a report may do. A report has no scripts, so none may run; that it counts as of
 * the same origin is for its height to be measured.
 */
export const SANDBOX = 'allow-same-origin';
