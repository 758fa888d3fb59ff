import type { KeptReport } from './model-answers.js';
import { element, fragment } from './element.js';
import { ago, chip, small, time } from './parts.js';
import { getReportPage } from './requests.js';
import { saveButtons } from './save-buttons.js';
import { driftWords } from './words.js';

const VERDICTS = { drifted: 'drifted', stable: 'stable', 'not-enough-data': 'not enough data' };

function saveButton({ id }: KeptReport): HTMLElement {
  const load = async () => ({
    ...{ name: `${id}.html`, type: 'text/html' },
    text: await getReportPage(id),
  });
  return saveButtons([{ name: 'Save the report', load }]);
}

/** What the latest drift report came to. */
export function driftView(report: KeptReport | undefined): Node {
  if (report === undefined) {
    return element(
      'p',
      { class: 'small' },
      'None yet: one is made every night, once something was asked.',
    );
  }
  const { verdict, madeAt, model, from, until } = report;
  return fragment(
    element('p', { class: 'answer' }, chip(verdict, VERDICTS[verdict]), ` ${driftWords(report)}`),
    small('Model ', model, ', ', time(from), ' to ', time(until), ', made ', ago(madeAt)),
    saveButton(report),
  );
}
