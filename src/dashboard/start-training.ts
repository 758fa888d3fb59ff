import { element } from './element.js';
import { problemNotice } from './notices.js';
import { startTrainingRun } from './requests.js';

/** A button that starts a training run once it is confirmed; `onStarted` is called then. */
export function startTraining(onStarted: () => void): HTMLElement {
  const open = element('button', { type: 'button' }, 'Start a training run');
  const cancel = element('button', { type: 'button' }, 'Cancel');
  const start = element('button', { type: 'button', class: 'main' }, 'Start');
  const wrong = element('div');
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'training-title' },
    element('h2', { id: 'training-title' }, 'Start a training run?'),
    element(
      'p',
      {},
      'It measures every outcome that has become due, teaches a challenger, and lets the gate ',
      'decide whether it replaces the champion. It may take some minutes; the champion answers on.',
    ),
    wrong,
    element('div', { class: 'buttons' }, cancel, start),
  );
  const attempt = async (): Promise<void> => {
    start.disabled = true;
    try {
      await startTrainingRun();
      dialog.close();
      onStarted();
    } catch (error) {
      wrong.replaceChildren(problemNotice(error));
    }
    start.disabled = false;
  };
  open.addEventListener('click', () => {
    wrong.replaceChildren();
    dialog.showModal();
  });
  cancel.addEventListener('click', () => {
    dialog.close();
  });
  start.addEventListener('click', () => void attempt());
  return element('div', { class: 'actions' }, open, dialog);
}
