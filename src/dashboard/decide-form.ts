import { element } from './element.js';
import { problemNotice } from './notices.js';
import { decideOnSuggestion } from './requests.js';

const NAMES: Readonly<Record<string, string>> = {
  shadow: 'Watch in shadow',
  approve: 'Approve',
  reject: 'Reject',
  rollback: 'Roll back',
};

const MEANINGS: Readonly<Record<string, string>> = {
  shadow: 'Nothing changes; the suggestion is watched.',
  approve:
    'You have applied it, or will now: nothing is applied by itself. Its effect is measured from here on.',
  reject: 'It is closed; the threshold stays as it is.',
  rollback: 'You have taken the threshold back; the measuring of its effect ends here.',
};

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  draft: ['approve', 'shadow', 'reject'],
  shadow: ['approve', 'reject'],
  approved: ['rollback'],
};

function dialogFor(id: string, decision: string, onDecided: () => void): HTMLDialogElement {
  const owner = element('input', { name: 'owner', autocomplete: 'username', maxlength: 300 });
  const reason = element('textarea', { name: 'reason', required: true, rows: 3, maxlength: 2000 });
  const wrong = element('div');
  const cancel = element('button', { type: 'button' }, 'Cancel');
  const form = element(
    'form',
    { class: 'decide' },
    element('h2', {}, `${NAMES[decision] ?? decision}?`),
    element('p', {}, MEANINGS[decision] ?? ''),
    element('label', {}, 'Owner (you, where left empty)', owner),
    element('label', {}, 'Reason', reason),
    wrong,
    element(
      'div',
      { class: 'buttons' },
      cancel,
      element('button', { type: 'submit', class: 'main' }, NAMES[decision] ?? decision),
    ),
  );
  const dialog = element('dialog', { 'aria-label': NAMES[decision] ?? decision }, form);
  const send = async (): Promise<void> => {
    try {
      await decideOnSuggestion(id, decision, { owner: owner.value, reason: reason.value });
      dialog.close();
      onDecided();
    } catch (error) {
      wrong.replaceChildren(problemNotice(error));
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  cancel.addEventListener('click', () => {
    dialog.close();
  });
  return dialog;
}

/** The decisions that a suggestion's state allows, each with its reason asked for. */
export function decideForm(
  { id, state, isMade }: { readonly id: string; readonly state: string; readonly isMade: boolean },
  onDecided: () => void,
): HTMLElement {
  const place = element('div', { class: 'actions' });
  for (const decision of ALLOWED[state] ?? []) {
    if (!isMade && decision !== 'reject') continue;
    const button = element(
      'button',
      { type: 'button', class: decision === 'approve' ? 'main' : null },
      NAMES[decision] ?? decision,
    );
    const dialog = dialogFor(id, decision, onDecided);
    button.addEventListener('click', () => {
      dialog.showModal();
    });
    place.append(button, dialog);
  }
  return place;
}
