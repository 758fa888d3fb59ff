import type { Child } from './element.js';
import { element } from './element.js';
import { ProblemError } from './problem-error.js';

/** What went wrong, in place of what was to be shown. */
export function problemNotice(error: unknown, retry?: () => void): HTMLElement {
  const known = error instanceof ProblemError;
  const title = known ? error.title : 'This part could not be drawn';
  const detail = known ? error.detail : String(error);
  const fields = known ? error.fields.filter((field) => !detail.includes(field)) : [];
  const notice = element(
    'div',
    { class: 'notice problem', role: 'alert' },
    element('strong', {}, title),
    element('p', {}, sentence(detail)),
    fields.length > 0 && element('ul', {}, ...fields.map((field) => element('li', {}, field))),
  );
  if (retry !== undefined) {
    const button = element('button', { type: 'button' }, 'Try again');
    button.addEventListener('click', retry);
    notice.append(button);
  }
  return notice;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** Says that there is nothing, and what to do about it. */
export function emptyNotice(title: string, ...children: readonly Child[]): HTMLElement {
  return element('div', { class: 'notice empty' }, element('strong', {}, title), ...children);
}
