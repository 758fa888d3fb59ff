import type { Decision } from './decision.js';
import { decisionButtons } from './decision.js';
import { decideOnSuggestion } from './requests.js';

/** Decisions about a suggestion by their name in the API. */
const DECISIONS: Readonly<Record<string, Pick<Decision, 'name' | 'meaning' | 'isMain'>>> = {
  approve: {
    name: 'Approve',
    meaning:
      'You have applied it, or will now: nothing is applied by itself. Its effect is measured from here on.',
    isMain: true,
  },
  shadow: { name: 'Watch in shadow', meaning: 'Nothing changes; the suggestion is watched.' },
  reject: { name: 'Reject', meaning: 'It is closed; the threshold stays as it is.' },
  rollback: {
    name: 'Roll back',
    meaning: 'You have taken the threshold back; the measuring of its effect ends here.',
  },
};

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  draft: ['approve', 'shadow', 'reject'],
  shadow: ['approve', 'reject'],
  approved: ['rollback'],
};

/** The decisions that a suggestion's state allows; of one that was not made only its rejection. */
export function suggestionDecisions(
  { id, state, isMade }: { readonly id: string; readonly state: string; readonly isMade: boolean },
  onDecided: () => void,
): HTMLElement {
  const allowed = (ALLOWED[state] ?? []).filter((key) => isMade || key === 'reject');
  const decisions = allowed.flatMap((key): Decision[] => {
    const words = DECISIONS[key];
    if (words === undefined) return [];
    return [{ ...words, hasOwner: true, take: (given) => decideOnSuggestion(id, key, given) }];
  });
  return decisionButtons(decisions, onDecided);
}
