import { Problem } from '../../core/errors/problem.js';

/** There is no journey of this key. */
export function unknownJourney(key: string): Problem {
  return new Problem(404, 'unknown-journey', `there is no journey ${key}`);
}
