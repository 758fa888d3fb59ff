import { element } from './element.js';
import { problemNotice } from './notices.js';

/** A decision as people read it, and what takes it. */
export interface Decision {
  readonly name: string;
  readonly meaning: string;
  /** The one that is usually wanted. */
  readonly isMain?: boolean;
  /** Whether somebody else may be named as its owner. */
  readonly hasOwner?: boolean;
  readonly take: (given: { readonly reason: string; readonly owner: string }) => Promise<void>;
}

function dialogOf(decision: Decision, onTaken: () => void): HTMLDialogElement {
  const { name, meaning, hasOwner = false } = decision;
  const owner = element('input', { name: 'owner', autocomplete: 'username', maxlength: 300 });
  const reason = element('textarea', { name: 'reason', required: true, rows: 3, maxlength: 2000 });
  const wrong = element('div');
  const cancel = element('button', { type: 'button' }, 'Cancel');
  const form = element(
    'form',
    { class: 'decide' },
    element('h2', {}, `${name}?`),
    element('p', {}, meaning),
    hasOwner && element('label', {}, 'Owner (you, where left empty)', owner),
    element('label', {}, 'Reason', reason),
    wrong,
    element(
      'div',
      { class: 'buttons' },
      cancel,
      element('button', { type: 'submit', class: 'main' }, name),
    ),
  );
  const dialog = element('dialog', { 'aria-label': name }, form);
  const send = async (): Promise<void> => {
    try {
      await decision.take({ reason: reason.value, owner: owner.value });
      dialog.close();
      onTaken();
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

/** Buttons for decisions, each of which asks for the reason first. */
export function decisionButtons(decisions: readonly Decision[], onTaken: () => void): HTMLElement {
  const place = element('div', { class: 'actions' });
  for (const decision of decisions) {
    const kind = decision.isMain === true ? 'main' : null;
    const button = element('button', { type: 'button', class: kind }, decision.name);
    const dialog = dialogOf(decision, onTaken);
    button.addEventListener('click', () => {
      dialog.showModal();
    });
    place.append(button, dialog);
  }
  return place;
}
