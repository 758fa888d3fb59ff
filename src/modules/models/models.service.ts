import type { StreamableFile } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import type { LivePerformance } from '../../core/monitoring/live-performance.js';
import type { Crowning } from '../../core/registry/rollback-target.js';
import { rollbackTarget } from '../../core/registry/rollback-target.js';
import type { ShadowComparison } from '../../core/registry/shadow-comparison.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { htmlFile } from '../../http/report-question.js';
import { ChampionScorer } from '../../loop/champion-scorer.js';
import { ReportWriter } from '../../loop/reports.js';
import { modelCardPage } from '../../reports/model-card-page.js';
import { audit } from '../../storage/audit.store.js';
import { knownUntil } from '../../storage/backfill.store.js';
import type { ModelRow } from '../../storage/entities/model.entity.js';
import {
  championHistory,
  championVersion,
  crown,
  lockRegistry,
  modelByVersion,
  models,
  rejectModel,
} from '../../storage/model.store.js';
import type { Sql } from '../../storage/sql.js';
import { writeTimes } from '../../wire/instant.js';

function written(row: ModelRow): object {
  const { version, learner, evidence, state, createdAt } = row;
  return { version, learner, evidence, state, createdAt: createdAt.toISOString() };
}

/** Whom rolling back makes champion; the history is newest first. */
function beforePresent(history: readonly Crowning[], known: readonly ModelRow[]): string | null {
  const rejected = known.filter(({ state }) => state === 'rejected');
  return rollbackTarget(history.toReversed(), (version) =>
    rejected.some((model) => model.version === version),
  );
}

/** A card with its times written, those of its training data too. */
function writeCard(card: ModelRow['card']): object {
  const data = card.data === null ? null : writeTimes(card.data);
  // Cards of older programs hold more.
  const metrics = card.metrics && { naive: card.metrics.naive };
  return { ...writeTimes(card), data, metrics };
}

/** Who decided something about a model, and why. */
interface Decision {
  readonly action: 'model.promote' | 'model.rollback' | 'model.reject';
  readonly reason: string;
  readonly caller: Caller;
}

@Injectable()
export class ModelsService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly reports: ReportWriter,
    private readonly scorer: ChampionScorer,
  ) {}

  async list(): Promise<object> {
    const sql = this.source.manager;
    const history = await championHistory(sql);
    const items = await models(sql);
    return {
      champion: history[0]?.version ?? null,
      // Another one than the champion where that cannot be read.
      answers: (await this.scorer.champion(sql)).version,
      rollbackTo: beforePresent(history, items),
      items: items.map(written),
      history: history.map(({ version, since, by, reason }) => ({
        version,
        since: since.toISOString(),
        by,
        reason,
      })),
    };
  }

  async one(version: string): Promise<object> {
    const row = await this.known(version);
    return { ...written(row), card: writeCard(row.card) };
  }

  /** The card, with how the model has done since. */
  async card(version: string): Promise<object> {
    const { card } = await this.known(version);
    return { ...writeCard(card), live: writeTimes(await this.live(version)) };
  }

  /** The card for people, with where the model stands and what it did as a challenger. */
  async cardPage(version: string): Promise<StreamableFile> {
    const { card, state } = await this.known(version);
    const history = await championHistory(this.source.manager);
    const reigns = history.map(({ since, ...reign }, i) => ({
      ...reign,
      since: since.getTime(),
      until: history[i - 1]?.since.getTime() ?? null,
    }));
    const [shadow, live] = await Promise.all([this.compared(version), this.live(version)]);
    const page = modelCardPage({
      card,
      state,
      shadow,
      live,
      reigns: reigns.filter((reign) => reign.version === version),
    });
    return htmlFile(page);
  }

  async shadow(version: string): Promise<object> {
    await this.known(version);
    return { version, ...(await this.compared(version)) };
  }

  private async live(version: string): Promise<LivePerformance> {
    const text = await this.reports.write('live', { version, now: this.clock.now() });
    return JSON.parse(text) as LivePerformance;
  }

  private async compared(version: string): Promise<ShadowComparison> {
    const text = await this.reports.write('shadow', { version, now: this.clock.now() });
    return JSON.parse(text) as ShadowComparison;
  }

  async promote(version: string, reason: string, caller: Caller): Promise<object> {
    await this.known(version);
    return await this.change(version, { action: 'model.promote', reason, caller });
  }

  /** A rejected model scores no more, not even silently; it may still be promoted by hand. */
  async reject(version: string, reason: string, caller: Caller): Promise<object> {
    await this.source.transaction(async (sql) => {
      await lockRegistry(sql);
      const { state } = await this.known(version, sql);
      if (state === 'champion') {
        const detail = 'the champion answers: roll back or promote another';
        throw new Problem(409, 'model-answers', detail);
      }
      if (state === 'rejected') return;
      await rejectModel(sql, version);
      await audit(sql, {
        at: new Date(this.clock.now()),
        who: caller.name,
        action: 'model.reject',
        subject: version,
        before: { state },
        after: { state: 'rejected' },
        reason,
      });
    });
    return await this.list();
  }

  /** Makes the champion before the present one answer again; done again, the one before that. */
  async rollback(reason: string, caller: Caller): Promise<object> {
    const sql = this.source.manager;
    const before = beforePresent(await championHistory(sql), await models(sql));
    if (before === null) {
      throw new Problem(409, 'nothing-to-roll-back', 'there was no other champion before');
    }
    return await this.change(before, { action: 'model.rollback', reason, caller });
  }

  private async change(version: string, { action, reason, caller }: Decision): Promise<object> {
    const now = this.clock.now();
    await this.readable(version);
    await this.source.transaction(async (sql) => {
      await lockRegistry(sql);
      const before = await championVersion(sql);
      if (before === version) return;
      // While history is fed it is by its clock that somebody decides.
      const since = await knownUntil(sql, now);
      const isRollback = action === 'model.rollback';
      await crown(sql, version, { since, by: caller.name, reason, isRollback });
      await audit(sql, {
        at: new Date(now),
        who: caller.name,
        action,
        subject: version,
        before: { champion: before },
        after: { champion: version },
        reason,
      });
    });
    return await this.list();
  }

  /** Nobody is made champion whose files are gone or broken: the prior would answer in its place. */
  private async readable(version: string): Promise<void> {
    try {
      await this.scorer.model(version);
    } catch {
      const detail = `the files of model ${version} are missing or broken: it cannot answer`;
      throw new Problem(409, 'model-unreadable', detail);
    }
  }

  private async known(version: string, sql: Sql = this.source.manager): Promise<ModelRow> {
    const row = await modelByVersion(sql, version);
    if (row === null) throw new Problem(404, 'unknown-model', `there is no model ${version}`);
    return row;
  }
}
