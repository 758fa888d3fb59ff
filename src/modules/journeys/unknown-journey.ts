import { Problem } from '../../core/errors/problem.js';

/** The journey has no such stage. */
export function unknownStage(journey: string, stage = ''): Problem {
  return new Problem(404, 'unknown-stage', `${journey} has no stage ${stage}`);
}

/** There is no journey of this key. */
export function unknownJourney(key: string): Problem {
  return new Problem(404, 'unknown-journey', `there is no journey ${key}`);
}
