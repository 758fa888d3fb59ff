import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { datadogMonitorFile } from '../../connectors/datadog/monitor-file.js';
import { grafanaRuleFile } from '../../connectors/grafana/provisioned-rule.js';
import { promtoolTest, RULE_FILE } from '../../connectors/prometheus/promtool-test.js';
import { comparedExpression, prometheusRuleFile } from '../../connectors/prometheus/rule-file.js';
import { DomainError } from '../../core/errors/domain-error.js';
import { Problem } from '../../core/errors/problem.js';
import type { ExportedSuggestion } from '../../core/thresholds/exported-suggestion.js';
import { provenanceOf } from '../../core/thresholds/exported-suggestion.js';
import type { Suggestion } from './stored-suggestion.js';
import { storedSuggestion } from './stored-suggestion.js';
import { writtenRule } from './written-suggestion.js';

export const EXPORT_FORMATS = [
  'prometheus',
  'promtool-test',
  'datadog-tf',
  'grafana',
  'json',
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A suggestion in the form of another system. */
export interface ExportedFile {
  readonly type: string;
  readonly name: string;
  readonly text: string;
}

const YAML = 'application/yaml';
const JSON_TYPE = 'application/json; charset=utf-8';

const FILES: Readonly<Record<Exclude<ExportFormat, 'json'>, Omit<ExportedFile, 'text'>>> = {
  prometheus: { type: YAML, name: RULE_FILE },
  'promtool-test': { type: YAML, name: 'throughline-rule-test.yml' },
  'datadog-tf': { type: JSON_TYPE, name: 'throughline-monitor.tf.json' },
  grafana: { type: YAML, name: 'throughline-grafana.yml' },
};

const WRITERS: Readonly<
  Record<Exclude<ExportFormat, 'json'>, (suggestion: ExportedSuggestion) => string>
> = {
  prometheus: prometheusRuleFile,
  'promtool-test': promtoolTest,
  'datadog-tf': datadogMonitorFile,
  grafana: (suggestion) => grafanaRuleFile(suggestion, comparedExpression(suggestion)),
};

function exported(row: Suggestion): ExportedSuggestion {
  const { id, request, answer, progress, excerpt } = row;
  if (!answer?.suggested) {
    const why = answer?.reason ?? `it is ${progress}`;
    throw new Problem(409, 'nothing-suggested', `there is no threshold to export: ${why}`);
  }
  return {
    ...{ id, question: request, excerpt },
    verdict: answer.verdict,
    suggested: answer.suggested,
    modelVersion: row.modelVersion ?? 'none',
    from: Date.parse(answer.from),
    until: Date.parse(answer.until),
    expiresAt: row.expiresAt.getTime(),
  };
}

function jsonFile(row: Suggestion, suggestion: ExportedSuggestion): ExportedFile {
  const { threshold } = suggestion.suggested;
  const rule = { ...writtenRule(row.request), threshold };
  const { frontier: _, ...answer } = row.answer ?? { frontier: [] };
  const body = { ...provenanceOf(suggestion), rule, ...answer };
  const name = 'throughline-suggestion.json';
  return { type: JSON_TYPE, name, text: `${JSON.stringify(body, null, 2)}\n` };
}

@Injectable()
export class ExportsService {
  constructor(private readonly source: DataSource) {}

  /** Writes a stored suggestion for another system; the same suggestion gives the same text. */
  async export(id: string, format: ExportFormat): Promise<ExportedFile> {
    const row = await storedSuggestion(this.source.manager, id);
    const suggestion = exported(row);
    if (format === 'json') return jsonFile(row, suggestion);
    try {
      return { ...FILES[format], text: WRITERS[format](suggestion) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new Problem(409, error.code, error.message);
    }
  }
}
