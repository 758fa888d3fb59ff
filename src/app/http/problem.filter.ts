import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { DomainError } from '../../core/errors/domain-error.js';
import { Problem } from '../../core/errors/problem.js';
import { problemText } from './problem-text.js';

/** PostgreSQL's and the network's ways of saying: not now, try again. */
const PASSING = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '40001',
  '40P01',
  '53200',
  '53300',
  '55P03',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08001',
  '08003',
  '08006',
]);

/** What driver and TypeORM say of a lost connection where they give no code. */
const LOST =
  /^(Connection terminated|Client (has encountered a connection error|was closed)|timeout exceeded|Query ?[Rr]unner already released|Database connection provided by a query runner was already released)/;

const FASTIFY_CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'empty-body',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-body',
};

const NAMES: Readonly<Record<number, string>> = {
  400: 'bad-request',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'body-too-large',
  414: 'path-too-long',
  415: 'unsupported-media-type',
};

/** The problem that an error is. What nobody foresaw is a 500 that tells nothing of our insides. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DomainError) return domainProblem(error);
  if (error instanceof HttpException) {
    const status = error.getStatus();
    if (status === 400 && error.message.includes('JSON')) {
      return new Problem(400, 'malformed-json', error.message);
    }
    const isEmpty = status === 400 && error.message.startsWith('Body cannot be empty');
    const code = isEmpty ? 'empty-body' : (NAMES[status] ?? 'request-failed');
    return new Problem(status, code, error.message);
  }
  return foreignProblem(error);
}

function domainProblem(error: DomainError): Problem {
  const { code, message, pointer } = error;
  const fields = pointer === undefined ? [] : [{ pointer, code, detail: message }];
  if (error.retriable) return new Problem(503, code, message, { fields, retryAfterSeconds: 5 });
  return new Problem(422, code, message, { fields });
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

function foreignProblem(error: unknown): Problem {
  const code = codeOf(error);
  const isLost = error instanceof Error && LOST.test(error.message);
  if (isLost || PASSING.has(code)) {
    return new Problem(503, 'unavailable', 'the database does not answer just now; try again', {
      retryAfterSeconds: 5,
    });
  }
  if (code.startsWith('FST_') && error instanceof Error) {
    const status = 'statusCode' in error ? Number(error.statusCode) : 400;
    return new Problem(
      status,
      FASTIFY_CODES[code] ?? NAMES[status] ?? 'bad-request',
      error.message,
    );
  }
  return new Problem(500, 'internal', 'something went wrong on our side; it has been logged');
}

/** Answers every error as problem+json, the framework's own too. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status >= 500) this.logger.error(error);
    if (reply.sent) return;
    if (problem.retryAfterSeconds !== undefined) {
      void reply.header('retry-after', problem.retryAfterSeconds);
    }
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply
      .status(problem.status)
      .type('application/problem+json')
      .send(problemText(problem, request.url));
  }
}
