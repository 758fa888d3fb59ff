import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Problem } from '../../core/errors/problem.js';
import { anomaliesOfAlertmanager } from '../../connectors/alertmanager/anomalies-of-alertmanager.js';
import { Operation, anyQuery } from '../../http/operation.decorator.js';
import { key } from '../../wire/labels.js';
import { anyObject } from '../../wire/answers.js';
import { AnomaliesService } from './anomalies.service.js';

const taken = z.object({
  accepted: z.int(),
  rejected: z.array(anyObject),
  truncated: z.int(),
});

/** What Alertmanager calls a field of an anomaly. */
const THEIR_NAMES: ReadonlyMap<string, string> = new Map([
  ['/startedAt', 'startsAt'],
  ['/endedAt', 'endsAt'],
]);

@ApiTags('ingest')
@Controller('v1/ingest')
export class IngestController {
  constructor(private readonly anomalies: AnomaliesService) {}

  @Post('alertmanager/:source')
  @HttpCode(202)
  @Operation({
    summary: "Alertmanager's webhook: every good alert is kept, a bad one is told by its index",
    scope: 'ingest',
    body: anyObject,
    query: anyQuery,
    answers: { 202: taken },
  })
  async alertmanager(@Body() body: unknown, @Param('source') source: string): Promise<object> {
    if (!key.safeParse(source).success) {
      throw new Problem(404, 'unknown-source', 'the path holds no name of a source');
    }
    const { anomalies, rejected, truncated } = anomaliesOfAlertmanager(body, source);
    const results = await this.anomalies.takeMapped(anomalies);
    const places = placesOfGood(results.length, rejected);
    const refused = results.flatMap(({ error }, i) => {
      if (error === undefined) return [];
      const index = places[i] ?? i;
      const name = THEIR_NAMES.get(error.pointer);
      const pointer = name === undefined ? error.pointer : `/alerts/${index}/${name}`;
      return [{ index, ...error, pointer }];
    });
    return {
      accepted: results.length - refused.length,
      rejected: [...rejected, ...refused].sort((a, b) => a.index - b.index),
      truncated,
    };
  }
}

/** Where in the notification those alerts stood that could be read. */
function placesOfGood(count: number, rejected: readonly { readonly index: number }[]): number[] {
  const bad = new Set(rejected.map(({ index }) => index));
  const all = Array.from({ length: count + bad.size }, (_, index) => index);
  return all.filter((index) => !bad.has(index));
}
