import type { PipeTransform } from '@nestjs/common';
import { z } from 'zod';

import { Problem } from '../core/errors/problem.js';
import { fieldErrors } from '../wire/rejection.js';

/**
 * Checks a body or query as a whole: what is wrong is told field by field. A parameter that the
 * query does not have is refused by its name: mistyped, it would filter nothing.
 */
export class Checked<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  private readonly schema: z.ZodType<z.output<S>>;

  constructor(
    schema: S,
    private readonly what: 'body' | 'query' = 'body',
  ) {
    const isQuery = what === 'query' && schema instanceof z.ZodObject;
    this.schema = (isQuery ? schema.strict() : schema) as z.ZodType<z.output<S>>;
  }

  transform(value: unknown): z.output<S> {
    const parsed = this.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const fields = fieldErrors(parsed.error, value, this.what);
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
