import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

import { Problem } from '../../core/errors/problem.js';
import type { Caller } from '../../http/caller.js';
import { From } from '../../http/caller.js';
import { Checked } from '../../http/checked.pipe.js';
import { Clock } from '../../http/clock.js';
import { Operation } from '../../http/operation.decorator.js';
import { mergeActors } from '../../loop/merge-actors.js';
import { actorMergeAnswer, actorMergeBody } from '../../wire/actor-merge.js';
import { receptionOf } from '../../wire/received.js';

@ApiTags('actors')
@Controller('v1/actors')
export class ActorsController {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  @Post('merge')
  @HttpCode(200)
  @Operation({
    summary:
      'Take two actors for one person: what both have done is restated, and what comes of either later is one path',
    scope: 'ingest',
    body: actorMergeBody,
    answers: { 200: actorMergeAnswer },
  })
  async merge(
    @Body(new Checked(actorMergeBody)) body: z.output<typeof actorMergeBody>,
    @From() caller: Caller,
  ): Promise<z.output<typeof actorMergeAnswer>> {
    const { from, into } = body;
    const now = this.clock.now();
    const reception = receptionOf(body, {}, { now, mayBackfill: caller.scopes.has('backfill') });
    if (!('receivedAt' in reception)) {
      throw new Problem(422, reception.code, reception.detail, { fields: [reception] });
    }
    const isNew = await mergeActors(
      this.source,
      { from, into, knownAt: reception.receivedAt },
      now,
    );
    return { from, into, status: isNew ? 'merged' : 'duplicate' };
  }
}
