import { element } from './element.js';
import { problemNotice } from './notices.js';
import { small } from './parts.js';
import { getReport } from './requests.js';
import { saveText } from './save-text.js';

const REPORTS = [
  ['performance', 'Performance'],
  ['drift', 'Drift'],
  ['data-quality', 'Data quality'],
] as const;

/** Fetches a report and lets the reader keep it as a page. */
export function reportButtons(): HTMLElement {
  const wrong = element('div');
  const buttons = REPORTS.map(([kind, name]) => {
    const button = element('button', { type: 'button' }, name);
    const save = async (): Promise<void> => {
      button.disabled = true;
      wrong.replaceChildren();
      try {
        saveText(`throughline-${kind}.html`, await getReport(kind), 'text/html');
      } catch (error) {
        wrong.replaceChildren(problemNotice(error));
      }
      button.disabled = false;
    };
    button.addEventListener('click', () => void save());
    return button;
  });
  const what = small('Each is saved as one file that opens in any browser, without a network.');
  return element('div', {}, element('div', { class: 'actions' }, ...buttons), what, wrong);
}
