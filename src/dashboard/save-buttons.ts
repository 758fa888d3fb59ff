import { element } from './element.js';
import { problemNotice } from './notices.js';
import type { SavedFile } from './save-file.js';
import { saveFile } from './save-file.js';

/** Something that can be kept as a file. */
export interface Saving {
  readonly name: string;
  readonly load: () => Promise<SavedFile>;
}

/** Buttons that fetch a file and let the reader keep it; what went wrong is told below them. */
export function saveButtons(savings: readonly Saving[]): HTMLElement {
  const wrong = element('div');
  const buttons = savings.map(({ name, load }) => {
    const button = element('button', { type: 'button' }, name);
    const save = async (): Promise<void> => {
      button.disabled = true;
      wrong.replaceChildren();
      try {
        saveFile(await load());
      } catch (error) {
        wrong.replaceChildren(problemNotice(error));
      }
      button.disabled = false;
      button.focus();
    };
    button.addEventListener('click', () => void save());
    return button;
  });
  return element('div', {}, element('div', { class: 'actions' }, ...buttons), wrong);
}
