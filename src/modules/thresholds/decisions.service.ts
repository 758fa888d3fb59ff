import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { DomainError } from '../../core/errors/domain-error.js';
import { Problem } from '../../core/errors/problem.js';
import type {
  SuggestionDecision,
  SuggestionState,
} from '../../core/thresholds/suggestion-state.js';
import { stateAfter, stateAt } from '../../core/thresholds/suggestion-state.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { staleReasons } from '../../loop/suggestion-staleness.js';
import { audit } from '../../storage/audit.store.js';
import { decideSuggestion } from '../../storage/threshold-suggestion.store.js';
import type { Suggestion } from './stored-suggestion.js';
import { storedSuggestion } from './stored-suggestion.js';

function nextState(state: SuggestionState, decision: SuggestionDecision): SuggestionState {
  try {
    return stateAfter(state, decision);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new Problem(409, error.code, error.message);
  }
}

function refuseUnmade({ progress, answer }: Suggestion, decision: SuggestionDecision): void {
  if (decision === 'reject' || decision === 'rollback') return;
  if (progress !== 'done') {
    throw new Problem(
      409,
      'not-made',
      `the suggestion is ${progress}: there is nothing to decide on`,
    );
  }
  if (answer?.suggested) return;
  throw new Problem(409, 'nothing-suggested', `no threshold is suggested: ${answer?.reason ?? ''}`);
}

/** What people decide about suggestions: none is ever applied by itself. */
@Injectable()
export class DecisionsService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async decide(
    id: string,
    decision: SuggestionDecision,
    { owner, reason }: { readonly owner?: string | undefined; readonly reason: string },
    caller: Caller,
  ): Promise<void> {
    const now = this.clock.now();
    await this.source.transaction(async (sql) => {
      const row = await storedSuggestion(sql, id, true);
      const before = stateAt({ state: row.state, expiresAt: row.expiresAt.getTime() }, now);
      const state = nextState(before, decision);
      refuseUnmade(row, decision);
      const decided = { decision, state, owner: owner ?? caller.name, reason };
      const stale = await staleReasons(sql, row, now);
      const [decidedAt, who] = [new Date(now), caller.name];
      await decideSuggestion(sql, id, { ...decided, decidedBy: who, decidedAt, stale });
      await audit(sql, {
        at: decidedAt,
        who,
        action: `threshold-suggestion.${decision}`,
        subject: id,
        before: { state: before },
        after: { state, owner: decided.owner, threshold: row.answer?.suggested?.threshold, stale },
        reason,
      });
    });
  }
}
