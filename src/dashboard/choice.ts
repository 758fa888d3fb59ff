import { element } from './element.js';

/** One thing to choose. */
export interface Option {
  readonly value: string;
  readonly text: string;
}

/** A labelled list to choose from. */
export function choice(
  label: string,
  options: readonly Option[],
  chosen: string,
  onChange: (value: string) => void,
): HTMLElement {
  const select = element(
    'select',
    {},
    ...options.map(({ value, text }) =>
      element('option', { value, selected: value === chosen }, text),
    ),
  );
  select.addEventListener('change', () => {
    onChange(select.value);
  });
  return element('label', { class: 'choice' }, element('span', {}, label), select);
}
