import { element, fragment } from './element.js';
import { fill } from './fill.js';
import { emptyNotice } from './notices.js';
import type { Page } from './page.js';
import type { AskedReport } from './report-address.js';
import {
  NIGHTLY,
  reportFileName,
  reportIn,
  reportLink,
  reportStretch,
  titleOf,
} from './report-address.js';
import { reportChoice } from './report-choice.js';
import { reportFrame } from './report-frame.js';
import { getKeptReports, getReport } from './requests.js';
import { saveFile } from './save-file.js';

async function newestKept(): Promise<string | undefined> {
  return (await getKeptReports(1))[0]?.id;
}

async function reportView(asked: AskedReport): Promise<Node> {
  const name = asked.name === NIGHTLY ? await newestKept() : asked.name;
  if (name === undefined) {
    const when = 'One is made every night, once something was asked of the model.';
    return emptyNotice('No report was kept yet', element('p', {}, when));
  }
  const text = await getReport(name, reportStretch(asked, Date.now()));
  const save = element('button', { type: 'button' }, 'Save as a file');
  save.addEventListener('click', () => {
    saveFile({ name: reportFileName(name), type: 'text/html', text });
  });
  return fragment(element('div', { class: 'actions' }, save), reportFrame(titleOf(name), text));
}

/** The reports on the model and what it is asked, to be read here or saved. */
export const reportsPage: Page = (route, rename) => {
  const start = reportIn(route);
  const place = element('div', { class: 'place' });
  const show = (asked: AskedReport): void => {
    const wait = 'The report is being made, which may take some seconds…';
    place.replaceChildren(element('p', { class: 'loading', role: 'status' }, wait));
    void fill(place, () => reportView(asked));
  };
  const choices = reportChoice(start, (asked) => {
    // What was read before is one step back.
    history.pushState(null, '', reportLink(asked));
    rename(titleOf(asked.name));
    show(asked);
  });
  show(start);
  const heading = element('h1', {}, 'How good the answers were, and what changed');
  return { title: titleOf(start.name), content: fragment(heading, choices, place) };
};
