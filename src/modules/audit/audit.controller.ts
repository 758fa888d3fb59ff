import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';

import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import { deeds } from '../../storage/audit.store.js';
import { deedAnswer, listOf } from '../../wire/answers.js';
import { text } from '../../wire/labels.js';

const listing = z.object({
  action: text.optional(),
  subject: text.optional(),
  who: text.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  /** Of the last page: the id of its last deed. */
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly source: DataSource) {}

  @Get()
  @Operation({
    summary: 'Who changed what, before and after, and why; newest first',
    scope: 'read',
    query: listing,
    answers: { 200: listOf(deedAnswer) },
  })
  async list(
    @Query(new Checked(listing, 'query')) query: z.output<typeof listing>,
  ): Promise<object> {
    const items = await deeds(this.source.manager, query);
    const next = items.length === query.limit ? items.at(-1)?.id : undefined;
    return { items, next };
  }
}
