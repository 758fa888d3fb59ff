import { element } from './element.js';
import { small } from './parts.js';
import { getReport } from './requests.js';
import { saveButtons } from './save-buttons.js';

const REPORTS = [
  ['performance', 'Performance'],
  ['drift', 'Drift'],
  ['data-quality', 'Data quality'],
] as const;

/** Fetches a report and lets the reader keep it as a page. */
export function reportButtons(): HTMLElement {
  const savings = REPORTS.map(([kind, name]) => ({
    name,
    load: async () => ({
      ...{ name: `throughline-${kind}.html`, type: 'text/html' },
      text: await getReport(kind),
    }),
  }));
  const what = small('Each is saved as one file that opens in any browser, without a network.');
  return element('div', {}, saveButtons(savings), what);
}
