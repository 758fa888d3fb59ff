import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { AddressGuard } from '../../connectors/prometheus/address-guard.js';
import { Problem } from '../../core/errors/problem.js';
import { WEEK } from '../../core/telemetry/time.js';
import type { BacktestEpisode } from '../../core/thresholds/backtest.js';
import { backtestGroups } from '../../core/thresholds/backtest.js';
import { frontierOf } from '../../core/thresholds/frontier.js';
import { replayedRule } from '../../core/thresholds/threshold-question.js';
import { pointAt } from '../../core/thresholds/threshold-point.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { judgeRule } from '../../loop/judge-rule.js';
import { historyOf } from '../../loop/suggest-threshold.js';
import { writeMissed } from '../../wire/backtest.js';
import { formatInstant } from '../../wire/instant.js';
import type { BacktestBody } from '../../wire/threshold-question.js';
import { questionOf } from './question-of.js';
import { asProblem } from './known-stage.js';

function writtenEpisode({ startedAt, endedAt, failureIds, labels }: BacktestEpisode): object {
  return {
    startedAt: formatInstant(startedAt),
    endedAt: endedAt === null ? null : formatInstant(endedAt),
    failureIds,
    labels,
  };
}

@Injectable()
export class BacktestsService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly guard: AddressGuard,
  ) {}

  async replay(body: BacktestBody, caller: Caller): Promise<object> {
    const { question, series } = questionOf(body, this.guard);
    if (question.prometheus !== undefined && !caller.scopes.has('review')) {
      throw new Problem(403, 'missing-scope', 'series.prometheus needs a key with scope review');
    }
    const sql = this.source.manager;
    const history = await historyOf(
      question,
      series.map((one) => one.history),
      this.guard,
    );
    const judged = await asProblem(() => judgeRule(sql, question, history, this.clock.now()));
    const { evidence, failures, groups, notes } = judged;
    const { rule, costPage } = question;
    const { comparison, threshold } = rule;
    const frontier = frontierOf(evidence.pages, evidence.losses);
    const weeks = (evidence.until - evidence.from) / WEEK;
    const replayed = { ...replayedRule(question), threshold };
    const { episodes, missed } = backtestGroups(groups, replayed, failures, question);
    return {
      ...pointAt({ frontier, comparison, failures: failures.length, costPage, weeks }, threshold),
      notes,
      episodes: episodes.map(writtenEpisode),
      missedFailures: missed.map(writeMissed),
    };
  }
}
