import { DomainError } from '../../core/errors/domain-error.js';
import { Problem } from '../../core/errors/problem.js';

/** Runs something that may not know the stage: that is a 404. */
export async function asProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'unknown-stage') {
      throw new Problem(404, error.code, error.message);
    }
    throw error;
  }
}
