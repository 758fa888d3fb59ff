import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';

import { Problem } from '../core/errors/problem.js';
import { fieldErrors } from '../wire/rejection.js';

/** Checks a body or query as a whole: what is wrong is told field by field. */
export class Checked<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(
    private readonly schema: S,
    private readonly what: 'body' | 'query' = 'body',
  ) {}

  transform(value: unknown): z.output<S> {
    const parsed = this.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const fields = fieldErrors(parsed.error, value);
    const [first] = fields;
    const detail = first === undefined ? '' : `: ${first.pointer || '/'} ${first.detail}`;
    throw new Problem(
      this.what === 'body' ? 422 : 400,
      `invalid-${this.what}`,
      `the ${this.what} is not as the contract has it${detail}`,
      { fields },
    );
  }
}
