import { stateAt } from '../../core/thresholds/suggestion-state.js';
import type { DecisionRow } from '../../storage/threshold-suggestion.store.js';
import { writeDuration } from '../../wire/instant.js';
import type { Suggestion } from './stored-suggestion.js';

/** A decision as it is answered. */
export function writtenDecision({ decidedBy, decidedAt, ...decision }: DecisionRow): object {
  return { ...decision, by: decidedBy, at: decidedAt.toISOString() };
}

/** A rule as it is answered. */
export function writtenRule({ rule }: Suggestion['request']): object {
  return {
    ...rule,
    for: writeDuration(rule.for),
    keepFiringFor: writeDuration(rule.keepFiringFor),
  };
}

/** A suggestion as it is answered: where it stands, and what it says once it is made. */
export function writtenSuggestion(row: Suggestion, now: number): object {
  const expiresAt = row.expiresAt.getTime();
  return {
    id: row.id,
    state: stateAt({ state: row.state, expiresAt }, now),
    progress: row.progress,
    failure: row.failure ?? undefined,
    ...{ journey: row.journey, stage: row.stage, rule: writtenRule(row.request) },
    ...row.answer,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt.toISOString(),
    knownBy: row.knownBy.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    modelVersion: row.modelVersion,
  };
}
