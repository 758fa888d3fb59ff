import type { KeptReport } from './model-answers.js';
import { element, fragment } from './element.js';
import { ago, chip, link, small, time } from './parts.js';
import { linkTo } from './address.js';
import { DRIFT_VERDICTS, driftWords } from './words.js';

/** What the latest drift report came to. */
export function driftView(report: KeptReport | undefined): Node {
  if (report === undefined) {
    return element(
      'p',
      { class: 'small' },
      'No report was kept yet: one is made every night, once something was asked. ',
      link(linkTo(['reports', 'drift']), 'The last days as they are now'),
    );
  }
  const { id, verdict, madeAt, model, from, until } = report;
  return fragment(
    element(
      'p',
      { class: 'answer' },
      chip(verdict, DRIFT_VERDICTS[verdict]),
      ` ${driftWords(report)}`,
    ),
    small('Model ', model, ', ', time(from), ' to ', time(until), ', made ', ago(madeAt)),
    element('p', {}, link(linkTo(['reports', id]), 'Read the report')),
  );
}
