import type { Option } from './choice.js';
import { choice } from './choice.js';
import { element } from './element.js';
import type { Journeys } from './words.js';

const ANY: Option = { value: '', text: 'any' };

const STATES: readonly Option[] = [
  ANY,
  { value: 'open', text: 'open' },
  { value: 'ended', text: 'ended' },
];

const PRIORITIES: readonly Option[] = [
  ANY,
  { value: '0.8', text: 'P1' },
  { value: '0.6', text: 'P2 and above' },
  { value: '0.4', text: 'P3 and above' },
  { value: '0.2', text: 'P4 and above' },
];

const SORTS: readonly Option[] = [
  { value: '-priority', text: 'highest priority' },
  { value: '-startedAt', text: 'newest' },
];

function journeyOptions(journeys: Journeys): Option[] {
  return [ANY, ...[...journeys.values()].map(({ key, name }) => ({ value: key, text: name }))];
}

function stageOptions(journeys: Journeys, journey: string): Option[] {
  const stages = journeys.get(journey)?.stages ?? [];
  return [ANY, ...stages.map(({ key }) => ({ value: key, text: key }))];
}

/** The queue's filters; every change is told with the whole query as it is then. */
export function queueFilters(
  journeys: Journeys,
  start: URLSearchParams,
  onChange: (query: URLSearchParams) => void,
): HTMLElement {
  const query = new URLSearchParams(start);
  const set = (name: string, value: string): void => {
    if (value === '') query.delete(name);
    else query.set(name, value);
    onChange(new URLSearchParams(query));
  };
  const list = (label: string, name: string, options: readonly Option[]): HTMLElement =>
    choice(label, options, query.get(name) ?? '', (value) => {
      set(name, value);
    });
  const stages = element('span', { class: 'place' });
  const drawStages = (): void => {
    const journey = query.get('journey') ?? '';
    const options = stageOptions(journeys, journey);
    stages.replaceChildren(...(journey === '' ? [] : [list('Stage', 'stage', options)]));
  };
  drawStages();
  return element(
    'div',
    { class: 'filters', role: 'group', 'aria-label': 'Filters' },
    choice('Journey', journeyOptions(journeys), query.get('journey') ?? '', (value) => {
      query.delete('stage');
      set('journey', value);
      drawStages();
    }),
    stages,
    list('State', 'state', STATES),
    list('Priority', 'min_priority', PRIORITIES),
    list('Sort by', 'sort', SORTS),
  );
}
