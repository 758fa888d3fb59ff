import { choice } from './choice.js';
import { element, fragment } from './element.js';
import { fill } from './fill.js';
import { localTime } from './format.js';
import type { KeptReport } from './model-answers.js';
import type { AskedReport } from './report-address.js';
import { NIGHTLY, REPORTS, kindOf, reportDays } from './report-address.js';
import { getKeptReports } from './requests.js';
import { STRETCHES, dayEnds, endIn, lastDay } from './stretch.js';
import { DRIFT_VERDICTS } from './words.js';

/** As many as are kept of one champion. */
const NIGHTS = 400;

const FIRST_DAY = '2000-01-01';

function nightText({ madeAt, verdict, model }: KeptReport): string {
  return `${localTime(madeAt)}: ${DRIFT_VERDICTS[verdict]} (model ${model})`;
}

function nightChoice(
  nights: readonly KeptReport[],
  chosen: string,
  onChange: (name: string) => void,
): HTMLElement {
  const options = nights.map((night) => ({ value: night.id, text: nightText(night) }));
  const isListed = chosen === NIGHTLY || nights.some(({ id }) => id === chosen);
  const other = isListed ? [] : [{ value: chosen, text: chosen }];
  const newest = { value: NIGHTLY, text: 'the newest' };
  return choice('Kept', [newest, ...other, ...options], chosen, onChange);
}

/** The last day of the stretch; what is not a day yet, as while it is being typed, is not told. */
function dayField(query: URLSearchParams, onChange: (until: string | null) => void): HTMLElement {
  const today = lastDay(Date.now());
  const end = endIn(query, Date.now());
  const value = end === null ? today : lastDay(end);
  const input = element('input', { type: 'date', min: FIRST_DAY, max: today, value });
  input.addEventListener('change', () => {
    if (!input.validity.valid) return;
    onChange(input.value === '' || input.value === today ? null : dayEnds(input.value));
  });
  return element('label', { class: 'choice' }, element('span', {}, 'Ending on'), input);
}

function stretchFields(asked: AskedReport, onChange: (query: URLSearchParams) => void): Node {
  const query = new URLSearchParams(asked.query);
  const set = (name: string, value: string | null): void => {
    if (value === null) query.delete(name);
    else query.set(name, value);
    onChange(new URLSearchParams(query));
  };
  const spans = STRETCHES.map(({ days, text }) => ({ value: days, text }));
  return fragment(
    choice('The last', spans, reportDays(asked), (days) => {
      set('days', days);
    }),
    dayField(query, (until) => {
      set('until', until);
    }),
  );
}

/** Chooses a report and its stretch of time, or one of those that were kept. */
export function reportChoice(
  start: AskedReport,
  onChange: (asked: AskedReport) => void,
): HTMLElement {
  let asked = start;
  const tell = (changed: Partial<AskedReport>): void => {
    asked = { ...asked, ...changed };
    onChange(asked);
  };
  const own = element('span', { class: 'place' });
  const nights = async (): Promise<Node> => {
    // Why the list cannot be had is told where the report was to be.
    const kept = await getKeptReports(NIGHTS).catch(() => []);
    return nightChoice(kept, asked.name, (name) => {
      tell({ name });
    });
  };
  const stretch = (): Promise<Node> =>
    Promise.resolve(
      stretchFields(asked, (query) => {
        tell({ query });
      }),
    );
  const drawOwn = (): void => void fill(own, kindOf(asked.name) === NIGHTLY ? nights : stretch);
  drawOwn();
  const kind = choice('Report', REPORTS, kindOf(asked.name), (name) => {
    tell({ name });
    drawOwn();
  });
  return element(
    'div',
    { class: 'filters', role: 'group', 'aria-label': 'What is shown' },
    kind,
    own,
  );
}
