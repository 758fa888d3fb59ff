import { describe, expect, it } from '@jest/globals';
import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

import { problemOf } from '../../src/app/http/problem.filter.js';

describe('a problem', () => {
  it('is one that passes where the database went away in the middle of a request', () => {
    for (const error of [
      new QueryRunnerProviderAlreadyReleasedError(),
      new QueryRunnerAlreadyReleasedError(),
      new Error('Client was closed and is not queryable'),
      new Error('Connection terminated unexpectedly'),
    ]) {
      expect(problemOf(error)).toMatchObject({ status: 503, retryAfterSeconds: 5 });
    }
    expect(problemOf(new Error('Client side'))).toMatchObject({ status: 500 });
  });
});
