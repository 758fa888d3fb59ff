import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

import { AddressGuard } from '../../connectors/prometheus/address-guard.js';
import type { ImportedRule, RuleImport } from '../../connectors/prometheus/alert-rules.js';
import { rulesOfFile, rulesOfServer } from '../../connectors/prometheus/alert-rules.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { alertRules, replaceAlertRules } from '../../storage/alert-rule.store.js';
import { audit } from '../../storage/audit.store.js';
import type { ruleImportBody } from '../../wire/alert-rule.js';
import { writeDuration } from '../../wire/instant.js';

function writtenRule(rule: ImportedRule): object {
  return {
    ...rule,
    for: writeDuration(rule.for),
    keepFiringFor: writeDuration(rule.keepFiringFor),
  };
}

function written(source: string, { rules, skipped }: RuleImport): object {
  return { source, rules: rules.map(writtenRule), skipped };
}

@Injectable()
export class RulesService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly guard: AddressGuard,
  ) {}

  /** Reads the rules and replaces those that came from there before. */
  async import(body: z.output<typeof ruleImportBody>, caller: Caller): Promise<object> {
    const isUrl = 'url' in body;
    const imported = isUrl ? await rulesOfServer(body.url, this.guard) : rulesOfFile(body.file);
    const source = isUrl ? body.url : body.source;
    const at = new Date(this.clock.now());
    await this.source.transaction(async (sql) => {
      await replaceAlertRules(sql, source, imported, { at, by: caller.name });
      const after = { rules: imported.rules.length, skipped: imported.skipped.length };
      await audit(sql, { at, who: caller.name, action: 'rules.import', subject: source, after });
    });
    return written(source, imported);
  }

  async list(): Promise<object> {
    const sources = (await alertRules(this.source.manager)) as Map<string, RuleImport>;
    return { items: [...sources].map(([source, rules]) => written(source, rules)) };
  }
}
