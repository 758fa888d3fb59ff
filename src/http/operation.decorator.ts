import { SetMetadata, applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiResponse,
} from '@nestjs/swagger';
import { z } from 'zod';

import { problemBody } from '../wire/answers.js';
import type { Scope } from './caller.js';

/** Where the guard finds the scope that an operation needs. */
export const NEEDED_SCOPE = 'throughline:scope';

type ApiSchema = Extract<Parameters<typeof ApiBody>[0], { schema: unknown }>['schema'];

interface OperationFacts {
  readonly summary: string;
  /** The scope that a key must have; null: open to everyone. */
  readonly scope: Scope | null;
  readonly body?: z.ZodType;
  /** Whether the body may be an array of such items. */
  readonly bulk?: boolean;
  readonly consumes?: readonly string[];
  readonly query?: z.ZodObject;
  /** Media types of the files that it may answer in place of JSON. */
  readonly files?: readonly string[];
  /** The answer's schema by status. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
}

/** JSON Schema of a zod schema, as OpenAPI 3.1 takes it. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): ApiSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: (context) => {
      delete context.jsonSchema.id;
    },
  });
  return json as ApiSchema;
}

function bodyDecorators(facts: OperationFacts): MethodDecorator[] {
  if (facts.body === undefined) return [];
  const one = schemaOf(facts.body, 'input');
  const schema = facts.bulk === true ? { oneOf: [one, { type: 'array', items: one }] } : one;
  const consumes = facts.consumes ?? ['application/json'];
  return [ApiBody({ schema: schema, required: true }), ApiConsumes(...consumes)];
}

/** States an operation once: what the guard asks for, and what openapi.json says. */
export function Operation(facts: OperationFacts): MethodDecorator {
  const answers = Object.entries({ ...facts.answers, 400: problemBody }).map(([status, schema]) =>
    ApiResponse({
      status: Number(status) === 400 ? 'default' : Number(status),
      description: Number(status) === 400 ? 'problem+json (RFC 9457)' : facts.summary,
      schema: schemaOf(schema, 'output'),
    }),
  );
  const shape = (facts.query?.shape ?? {}) as Readonly<Record<string, z.ZodType>>;
  const queries = Object.entries(shape).map(([name, schema]) =>
    ApiQuery({
      name,
      required: !schema.safeParse(undefined).success,
      schema: schemaOf(schema, 'input'),
    }),
  );
  return applyDecorators(
    SetMetadata(NEEDED_SCOPE, facts.scope),
    ApiOperation({ summary: facts.summary }),
    ...(facts.scope === null ? [] : [ApiBearerAuth()]),
    ...(facts.files === undefined ? [] : [ApiProduces('application/json', ...facts.files)]),
    ...bodyDecorators(facts),
    ...queries,
    ...answers,
  );
}
