import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  applyDecorators,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import type { SuggestionDecision } from '../../core/thresholds/suggestion-state.js';
import { SUGGESTION_STATES } from '../../core/thresholds/suggestion-state.js';
import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { decisionReason } from '../../http/decision-reason.js';
import { Operation } from '../../http/operation.decorator.js';
import { listOf } from '../../wire/answers.js';
import { key } from '../../wire/labels.js';
import type { SuggestionBody } from '../../wire/threshold-question.js';
import { suggestionBody } from '../../wire/threshold-question.js';
import { suggestionAnswer } from '../../wire/threshold-suggestion.js';
import { DecisionsService } from './decisions.service.js';
import { SuggestionsService } from './suggestions.service.js';

const listQuery = z.object({
  journey: key.optional(),
  stage: key.optional(),
  rule: key.optional(),
  state: z.enum(SUGGESTION_STATES).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});

const decisionBody = z.strictObject({ owner: key.optional(), reason: decisionReason });
type Decision = z.output<typeof decisionBody>;

/** One of the decisions: all take an owner and a reason, and answer the suggestion. */
function Decided(decision: SuggestionDecision, summary: string): MethodDecorator {
  return applyDecorators(
    Post(`:id/${decision}`),
    HttpCode(200),
    Operation({
      summary: `${summary}; with an owner and a reason`,
      scope: 'review',
      body: decisionBody,
      answers: { 200: suggestionAnswer },
    }),
  );
}

@ApiTags('thresholds')
@Controller('v1/threshold-suggestions')
export class SuggestionsController {
  constructor(
    private readonly suggestions: SuggestionsService,
    private readonly decisions: DecisionsService,
  ) {}

  @Post()
  @Operation({
    summary:
      'Suggest a threshold for one alert rule: 200 once it is made, 202 while it takes longer (or at once with Prefer: respond-async)',
    scope: 'review',
    body: suggestionBody,
    answers: { 200: suggestionAnswer, 202: suggestionAnswer },
  })
  async suggest(
    @Body(new Checked(suggestionBody)) body: SuggestionBody,
    @From() caller: Caller,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const isPatient = prefer?.includes('respond-async') !== true;
    const made = await this.suggestions.start(body, caller, isPatient);
    void reply.status(made.isDone ? 200 : 202);
    return made.suggestion;
  }

  @Get()
  @Operation({
    summary: 'Threshold suggestions, newest first, without their frontiers',
    scope: 'read',
    query: listQuery,
    answers: { 200: listOf(suggestionAnswer) },
  })
  async list(
    @Query(new Checked(listQuery, 'query')) query: z.output<typeof listQuery>,
  ): Promise<object> {
    return await this.suggestions.list(query);
  }

  @Get(':id')
  @Operation({
    summary:
      'One suggestion: verdict, frontier, what was decided, whether it is stale, and the effect since it was approved',
    scope: 'read',
    answers: { 200: suggestionAnswer },
  })
  async one(@Param('id') id: string): Promise<object> {
    return await this.suggestions.one(id);
  }

  @Decided('shadow', 'Watch a suggestion without acting on it')
  async shadow(
    @Param('id') id: string,
    @Body(new Checked(decisionBody)) body: Decision,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.decide(id, 'shadow', body, caller);
  }

  @Decided('approve', 'Say that a suggestion is applied: its effect is measured from then on')
  async approve(
    @Param('id') id: string,
    @Body(new Checked(decisionBody)) body: Decision,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.decide(id, 'approve', body, caller);
  }

  @Decided('reject', 'Decide against a suggestion')
  async reject(
    @Param('id') id: string,
    @Body(new Checked(decisionBody)) body: Decision,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.decide(id, 'reject', body, caller);
  }

  @Decided('rollback', 'Say that an applied suggestion was taken back')
  async rollback(
    @Param('id') id: string,
    @Body(new Checked(decisionBody)) body: Decision,
    @From() caller: Caller,
  ): Promise<object> {
    return await this.decide(id, 'rollback', body, caller);
  }

  private async decide(
    id: string,
    decision: SuggestionDecision,
    body: Decision,
    caller: Caller,
  ): Promise<object> {
    await this.decisions.decide(id, decision, body, caller);
    return await this.suggestions.one(id);
  }
}
