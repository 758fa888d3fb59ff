import { askWith } from './api.js';
import { element } from './element.js';
import { problemNotice } from './notices.js';
import type { ProblemError } from './problem-error.js';
import { keepKey } from './session.js';

/** The form that asks for the API key once; `onDone` is called when the API has taken it. */
export function signIn(problem: ProblemError | null, onDone: () => void): HTMLElement {
  const input = element('input', {
    id: 'key',
    type: 'password',
    required: true,
    autocomplete: 'current-password',
    spellcheck: 'false',
    'aria-describedby': 'key-help',
  });
  const button = element('button', { type: 'submit', class: 'main' }, 'Sign in');
  const wrong = element('div', {}, problem !== null && problemNotice(problem));
  const code = (text: string): HTMLElement => element('code', {}, text);
  const form = element(
    'form',
    { class: 'sign-in' },
    element('h1', {}, 'Sign in'),
    element('label', { for: 'key' }, 'API key'),
    input,
    element(
      'p',
      { id: 'key-help', class: 'small' },
      'The service printed it when it first started and keeps it in the file ',
      code('api-key'),
      ' of its data folder: ',
      code('cat data/api-key'),
      '. It stays in this tab until you close it.',
    ),
    wrong,
    button,
  );
  const attempt = async (): Promise<void> => {
    button.disabled = true;
    const key = input.value.trim();
    try {
      await askWith(key, '/v1/journeys');
      keepKey(key);
      onDone();
    } catch (error) {
      wrong.replaceChildren(problemNotice(error));
      input.select();
    }
    button.disabled = false;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt();
  });
  return form;
}
