import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { audit } from '../../storage/audit.store.js';
import type { ModelRow } from '../../storage/entities/model.entity.js';
import {
  championHistory,
  championVersion,
  crown,
  modelByVersion,
  models,
} from '../../storage/model.store.js';
import { writeTimes } from '../../wire/instant.js';

function written(row: ModelRow): object {
  const { version, learner, evidence, state, createdAt } = row;
  return { version, learner, evidence, state, createdAt: createdAt.toISOString() };
}

/** A card with its times written, those of its training data too. */
function writeCard(card: ModelRow['card']): object {
  const data = card.data === null ? null : writeTimes(card.data);
  return { ...writeTimes(card), data };
}

@Injectable()
export class ModelsService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async list(): Promise<object> {
    const sql = this.source.manager;
    const history = await championHistory(sql);
    return {
      champion: history[0]?.version ?? null,
      items: (await models(sql)).map(written),
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

  async card(version: string): Promise<object> {
    return writeCard((await this.known(version)).card);
  }

  async promote(version: string, reason: string, caller: Caller): Promise<object> {
    await this.known(version);
    return await this.change(version, { action: 'model.promote', reason, caller });
  }

  /** Makes the champion before the present one answer again. */
  async rollback(reason: string, caller: Caller): Promise<object> {
    const history = await championHistory(this.source.manager);
    const before = history.find(({ version }) => version !== history[0]?.version);
    if (before === undefined) {
      throw new Problem(409, 'nothing-to-roll-back', 'there was no other champion before');
    }
    return await this.change(before.version, { action: 'model.rollback', reason, caller });
  }

  private async change(
    version: string,
    deed: { readonly action: string; readonly reason: string; readonly caller: Caller },
  ): Promise<object> {
    const now = this.clock.now();
    await this.source.transaction(async (sql) => {
      const before = await championVersion(sql);
      if (before === version) return;
      const { action, reason, caller } = deed;
      await crown(sql, version, { since: now, by: caller.name, reason });
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

  private async known(version: string): Promise<ModelRow> {
    const row = await modelByVersion(this.source.manager, version);
    if (row === null) throw new Problem(404, 'unknown-model', `there is no model ${version}`);
    return row;
  }
}
