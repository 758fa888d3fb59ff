import { Injectable, StreamableFile } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import { dataQuality } from '../../core/monitoring/data-quality.js';
import { modelDrift } from '../../core/monitoring/model-drift.js';
import { seededRandom } from '../../core/statistics/random.js';
import type { Duration } from '../../core/telemetry/time.js';
import { DAY } from '../../core/telemetry/time.js';
import { gradientBoostingLearner } from '../../core/training/gradient-boosting.js';
import { Clock } from '../../http/clock.js';
import { ChampionScorer } from '../../loop/champion-scorer.js';
import type { ReportStretch } from '../../loop/report-ground.js';
import { reportGround } from '../../loop/report-ground.js';
import { dataQualityPage } from '../../reports/data-quality-page.js';
import { modelDriftPage } from '../../reports/model-drift-page.js';
import { knownUntil } from '../../storage/backfill.store.js';
import { ModelFiles } from '../../storage/model-files.js';
import { writeTimes } from '../../wire/instant.js';

const USUAL_LENGTH: Duration = 7 * DAY;

/** Chunks that a report may have. */
const MOST_CHUNKS = 366;

/** The same question gets the same answer. */
const SEED = 20_261_125;

interface Question {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly asOf?: number | undefined;
  readonly format: 'json' | 'html';
}

function refuse(pointer: string, code: string, detail: string): never {
  throw new Problem(422, 'invalid-query', detail, { fields: [{ pointer, code, detail }] });
}

function answered(report: object, page: () => string, format: 'json' | 'html'): object {
  if (format === 'json') return writeTimes(report);
  return new StreamableFile(Buffer.from(page()), { type: 'text/html; charset=utf-8' });
}

@Injectable()
export class DriftService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    readonly scorer: ChampionScorer,
    readonly files: ModelFiles,
  ) {}

  /** The last week unless asked otherwise. */
  async drift({ format, ...question }: Question): Promise<object> {
    const stretch = await this.stretchOf(question);
    const { champion, ...ground } = await reportGround(this.source.manager, this, stretch);
    const report = await modelDrift({
      ...ground,
      ...stretch,
      model: champion.version,
      schema: champion.schema,
      learner: gradientBoostingLearner,
      random: seededRandom(SEED),
    });
    return answered(report, () => modelDriftPage(report), format);
  }

  /** The last week by days unless asked otherwise. */
  async quality({
    format,
    chunk = DAY,
    ...question
  }: Question & { readonly chunk?: Duration | undefined }): Promise<object> {
    const stretch = await this.stretchOf(question);
    const { from, until } = stretch;
    if ((until - from) / chunk > MOST_CHUNKS) {
      refuse('/chunk', 'too-many-chunks', `more than ${MOST_CHUNKS} chunks: ask for longer ones`);
    }
    const ground = await reportGround(this.source.manager, this, stretch);
    const report = dataQuality({
      model: ground.champion.version,
      schema: ground.champion.schema,
      from,
      until,
      chunk,
      reference: ground.reference,
      answers: ground.answers.filter(({ asOf }) => asOf >= from),
    });
    return answered(report, () => dataQualityPage(report), format);
  }

  private async stretchOf(question: Omit<Question, 'format'>): Promise<ReportStretch> {
    const { from, to, asOf: asked = Number.POSITIVE_INFINITY } = question;
    const asOf = Math.min(asked, await knownUntil(this.source.manager, this.clock.now()));
    const until = to ?? asOf;
    const start = from ?? until - USUAL_LENGTH;
    if (start >= until) refuse('/from', 'empty-range', 'from is not before to');
    return { from: start, until, asOf };
  }
}
