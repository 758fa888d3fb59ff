import { SetMetadata, applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiQuery,
  ApiResponse,
} from '@nestjs/swagger';
import { z } from 'zod';

import { problemBody } from '../wire/answers.js';
import type { Scope } from './caller.js';

/** Where the guard finds the scope that an operation needs. */
export const NEEDED_SCOPE = 'throughline:scope';

/** Where the guard finds whether an operation takes query parameters. */
export const HAS_QUERY = 'throughline:query';

/** The query of what others call by URLs that we do not write: it may hold anything. */
export const anyQuery = z.looseObject({});

type ApiSchema = Extract<Parameters<typeof ApiBody>[0], { schema: unknown }>['schema'];

interface OperationFacts {
  readonly summary: string;
  /** The scope that a key must have; null: open to everyone. */
  readonly scope: Scope | null;
  readonly body?: z.ZodType;
  /** Whether the body may be an array of such items. */
  readonly bulk?: boolean;
  readonly consumes?: readonly string[];
  /** None: every parameter is refused. */
  readonly query?: z.ZodObject;
  /** Media types of the files that it may answer (200) in place of JSON. */
  readonly files?: readonly string[];
  /** The JSON answer's schema by status; problems may be answered by every operation. */
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

const PROBLEM = { 'application/problem+json': { schema: schemaOf(problemBody, 'output') } };

/** Files that hold no text. */
const BINARY = new Set(['application/vnd.apache.parquet']);

const fileContent = (type: string): readonly [string, { schema: ApiSchema }] => [
  type,
  { schema: { type: 'string', ...(BINARY.has(type) ? { format: 'binary' } : {}) } },
];

type Content = Readonly<Record<string, { schema: ApiSchema }>>;

/** What is answered with a status, by media type. */
function contentOf(status: number, { answers, files = [] }: OperationFacts): Content {
  const json = answers[status];
  return {
    ...(json === undefined ? {} : { 'application/json': { schema: schemaOf(json, 'output') } }),
    ...(status === 200 ? Object.fromEntries(files.map(fileContent)) : {}),
    ...(status >= 400 ? PROBLEM : {}),
  };
}

function responses(facts: OperationFacts): MethodDecorator[] {
  const files = facts.files === undefined ? [] : [200];
  const statuses = [...new Set([...files, ...Object.keys(facts.answers).map(Number)])];
  const told = statuses.map((status) =>
    ApiResponse({ status, description: facts.summary, content: contentOf(status, facts) }),
  );
  const description = 'problem+json (RFC 9457)';
  return [...told, ApiResponse({ status: 'default', description, content: PROBLEM })];
}

/** States an operation once: what the guard asks for, and what openapi.json says. */
export function Operation(facts: OperationFacts): MethodDecorator {
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
    SetMetadata(HAS_QUERY, facts.query !== undefined),
    ApiOperation({ summary: facts.summary }),
    ...(facts.scope === null ? [] : [ApiBearerAuth()]),
    ...bodyDecorators(facts),
    ...queries,
    ...responses(facts),
  );
}
