import { describe, expect, it } from '@jest/globals';

import { problemIn } from '../../src/dashboard/problem-error.js';

describe('problemIn', () => {
  it('tells title, detail and fields of problem+json', () => {
    const errors = [{ pointer: '/limit', code: 'too-big', detail: 'is more than 500' }];
    const body = JSON.stringify({ title: 'Bad Request', detail: 'the query is wrong', errors });
    expect(problemIn(400, 'Bad Request', body)).toMatchObject({
      status: 400,
      title: 'Bad Request',
      detail: 'the query is wrong',
      fields: ['/limit is more than 500'],
    });
  });

  it('tells an answer that is none by its status', () => {
    const problem = problemIn(502, 'Bad Gateway', '<html>nginx</html>');
    expect(problem).toMatchObject({ status: 502, detail: '502 Bad Gateway', fields: [] });
  });
});
