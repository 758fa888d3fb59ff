import type { StreamableFile } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { dataQuality } from '../../core/monitoring/data-quality.js';
import type { Duration } from '../../core/telemetry/time.js';
import { DAY } from '../../core/telemetry/time.js';
import { Clock } from '../../http/clock.js';
import type { ChunkedReportQuestion, ReportQuestion } from '../../http/report-question.js';
import { askedStretch, limitChunks, reportAnswer } from '../../http/report-question.js';
import { ChampionScorer } from '../../loop/champion-scorer.js';
import { driftOfChampion } from '../../loop/drift-of-champion.js';
import type { ReportStretch } from '../../loop/report-ground.js';
import { reportGround } from '../../loop/report-ground.js';
import { dataQualityPage } from '../../reports/data-quality-page.js';
import { modelDriftPage } from '../../reports/model-drift-page.js';
import { knownUntil } from '../../storage/backfill.store.js';
import { ModelFiles } from '../../storage/model-files.js';

const USUAL_LENGTH: Duration = 7 * DAY;

/** Chunks that a report may have. */
const MOST_CHUNKS = 366;

@Injectable()
export class DriftService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    readonly scorer: ChampionScorer,
    readonly files: ModelFiles,
  ) {}

  /** The last week unless asked otherwise. */
  async drift(question: ReportQuestion): Promise<object | StreamableFile> {
    const stretch = await this.stretchOf(question);
    const report = await driftOfChampion(this.source.manager, this, stretch);
    return reportAnswer(report, modelDriftPage, question.format);
  }

  /** The last week by days unless asked otherwise. */
  async quality(question: ChunkedReportQuestion): Promise<object | StreamableFile> {
    const { chunk = DAY } = question;
    const stretch = await this.stretchOf(question);
    limitChunks(stretch, chunk, MOST_CHUNKS);
    const { from, until } = stretch;
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
    return reportAnswer(report, dataQualityPage, question.format);
  }

  private async stretchOf(question: ReportQuestion): Promise<ReportStretch> {
    const known = await knownUntil(this.source.manager, this.clock.now());
    return askedStretch(question, { known, usual: USUAL_LENGTH });
  }
}
