import { element } from './element.js';
import { problemNotice } from './notices.js';

/** What somebody gave with a decision. */
export interface Given {
  readonly reason: string;
  readonly owner: string;
  /** The same for the same decision, however often it is sent. */
  readonly once: string;
}

/** A decision as people read it, and what takes it. */
export interface Decision {
  readonly name: string;
  readonly meaning: string;
  /** The one that is usually wanted. */
  readonly isMain?: boolean;
  /** Whether somebody else may be named as its owner. */
  readonly hasOwner?: boolean;
  readonly take: (given: Given) => Promise<void>;
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].join('-');
}

function dialogOf(decision: Decision, onTaken: () => void): HTMLDialogElement {
  const { name, meaning, hasOwner = false } = decision;
  const owner = element('input', { name: 'owner', autocomplete: 'username', maxlength: 300 });
  const reason = element('textarea', { name: 'reason', required: true, rows: 3, maxlength: 2000 });
  const wrong = element('div');
  const cancel = element('button', { type: 'button' }, 'Cancel');
  const submit = element('button', { type: 'submit', class: 'main' }, name);
  const form = element(
    'form',
    { class: 'decide' },
    element('h2', {}, `${name}?`),
    element('p', {}, meaning),
    hasOwner && element('label', {}, 'Owner (you, where left empty)', owner),
    element('label', {}, 'Reason', reason),
    wrong,
    element('div', { class: 'buttons' }, cancel, submit),
  );
  const dialog = element('dialog', { 'aria-label': name }, form);
  let once = newKey();
  const send = async (): Promise<void> => {
    submit.disabled = true;
    wrong.replaceChildren();
    try {
      await decision.take({ reason: reason.value.trim(), owner: owner.value, once });
      dialog.close();
      onTaken();
    } catch (error) {
      wrong.replaceChildren(problemNotice(error));
    }
    submit.disabled = false;
  };
  form.addEventListener('input', () => {
    once = newKey();
    const isBlank = reason.value !== '' && reason.value.trim() === '';
    reason.setCustomValidity(isBlank ? 'A reason is more than blanks.' : '');
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!submit.disabled) void send();
  });
  cancel.addEventListener('click', () => {
    dialog.close();
  });
  dialog.addEventListener('close', () => {
    wrong.replaceChildren();
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
