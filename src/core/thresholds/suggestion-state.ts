import { DomainError } from '../errors/domain-error.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { DAY } from '../telemetry/time.js';

export const SUGGESTION_STATES = [
  'draft',
  'shadow',
  'approved',
  'rejected',
  'rolled-back',
  'expired',
] as const;
/** What people have decided about a suggestion. */
export type SuggestionState = (typeof SUGGESTION_STATES)[number];

export const SUGGESTION_DECISIONS = ['shadow', 'approve', 'reject', 'rollback'] as const;
export type SuggestionDecision = (typeof SUGGESTION_DECISIONS)[number];

/** A suggestion that nobody decided on expires so long after it was made. */
export const SUGGESTION_LIFE: Duration = 90 * DAY;

const LEADS_TO: Readonly<Record<SuggestionDecision, SuggestionState>> = {
  shadow: 'shadow',
  approve: 'approved',
  reject: 'rejected',
  rollback: 'rolled-back',
};

const ALLOWED_IN: Readonly<Record<SuggestionDecision, readonly SuggestionState[]>> = {
  shadow: ['draft'],
  approve: ['draft', 'shadow'],
  reject: ['draft', 'shadow'],
  rollback: ['approved'],
};

/** The state at a moment: what nobody decided by its expiry has expired. */
export function stateAt(
  { state, expiresAt }: { readonly state: SuggestionState; readonly expiresAt: Instant },
  now: Instant,
): SuggestionState {
  const isOpen = state === 'draft' || state === 'shadow';
  return isOpen && expiresAt <= now ? 'expired' : state;
}

/**
 * Where a decision leads.
 *
 * @throws DomainError `invalid-transition`
 */
export function stateAfter(state: SuggestionState, decision: SuggestionDecision): SuggestionState {
  const allowed = ALLOWED_IN[decision];
  if (allowed.includes(state)) return LEADS_TO[decision];
  throw new DomainError(
    'invalid-transition',
    `a suggestion that is ${state} cannot be decided with ${decision}: that takes ${allowed.join(' or ')}`,
  );
}
