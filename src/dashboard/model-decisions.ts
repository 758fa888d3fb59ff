import type { Model } from './answers.js';
import { element } from './element.js';
import { problemNotice } from './notices.js';
import { decideOnModel } from './requests.js';

/** A decision about a model as people read it, and where it is posted. */
interface ModelDecision {
  readonly name: string;
  readonly meaning: string;
  /** Path below `/v1/models`. */
  readonly parts: readonly string[];
}

function button(decision: ModelDecision, onDecided: () => void): HTMLElement {
  const reason = element('textarea', { name: 'reason', required: true, rows: 3, maxlength: 2000 });
  const wrong = element('div');
  const cancel = element('button', { type: 'button' }, 'Cancel');
  const send = element('button', { type: 'submit', class: 'main' }, decision.name);
  const form = element(
    'form',
    { class: 'decide' },
    element('h2', {}, `${decision.name}?`),
    element('p', {}, decision.meaning),
    element('label', {}, 'Reason', reason),
    wrong,
    element('div', { class: 'buttons' }, cancel, send),
  );
  const dialog = element('dialog', { 'aria-label': decision.name }, form);
  const decide = async (): Promise<void> => {
    try {
      await decideOnModel(decision.parts, reason.value);
      dialog.close();
      onDecided();
    } catch (error) {
      wrong.replaceChildren(problemNotice(error));
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void decide();
  });
  cancel.addEventListener('click', () => {
    dialog.close();
  });
  const open = element('button', { type: 'button' }, decision.name);
  open.addEventListener('click', () => {
    dialog.showModal();
  });
  return element('span', {}, open, dialog);
}

/** Makes the champion before the present one answer again. */
export function rollbackButton(onDecided: () => void): HTMLElement {
  const meaning = 'The champion before this one answers again from the next alert on.';
  const decision = { name: 'Roll back', meaning, parts: ['rollback'] };
  return element('div', { class: 'actions' }, button(decision, onDecided));
}

/** What may be decided about a model that does not answer. */
export function modelDecisions({ version, state }: Model, onDecided: () => void): HTMLElement {
  const place = element('div', { class: 'actions' });
  if (state === 'champion') return place;
  const promote = {
    name: 'Promote',
    meaning: `Version ${version} answers from the next alert on, whatever the gate said.`,
    parts: [version, 'promote'],
  };
  place.append(button(promote, onDecided));
  if (state !== 'challenger') return place;
  const reject = {
    name: 'Reject',
    meaning: `Version ${version} scores no more, not even silently.`,
    parts: [version, 'reject'],
  };
  place.append(button(reject, onDecided));
  return place;
}
