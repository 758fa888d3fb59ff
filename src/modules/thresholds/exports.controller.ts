import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { Checked } from '../../http/checked.pipe.js';
import { Operation } from '../../http/operation.decorator.js';
import { anyObject } from '../../wire/answers.js';
import { EXPORT_FORMATS, ExportsService } from './exports.service.js';

const exportQuery = z.object({ format: z.enum(EXPORT_FORMATS).default('json') });

@ApiTags('thresholds')
@Controller('v1/threshold-suggestions')
export class ExportsController {
  constructor(private readonly exports: ExportsService) {}

  @Get(':id/export')
  @Operation({
    summary:
      'A suggestion for the system that alerts: Prometheus rule, a promtool test from real history, Datadog (Terraform), Grafana (provisioning), JSON',
    scope: 'read',
    query: exportQuery,
    files: ['application/yaml'],
    answers: { 200: anyObject },
  })
  async export(
    @Param('id') id: string,
    @Query(new Checked(exportQuery, 'query')) { format }: z.output<typeof exportQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { type, name, text } = await this.exports.export(id, format);
    void reply.type(type).header('content-disposition', `attachment; filename="${name}"`);
    return text;
  }
}
