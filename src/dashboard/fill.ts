import { element, fragment } from './element.js';
import { problemNotice } from './notices.js';

const latest = new WeakMap<Element, symbol>();

/** Waits until the reader has done with a dialog in a place: what was typed there is not taken away. */
async function dialogClosed(place: HTMLElement): Promise<void> {
  const dialog = place.querySelector('dialog[open]');
  if (dialog === null) return;
  await new Promise((resolve) => {
    dialog.addEventListener('close', resolve, { once: true });
  });
}

/**
 * Fills a place with what `load` brings, or with what went wrong and a way to try again. What was
 * there stays until then; of several fillings of one place the last one wins. `name` heads what went
 * wrong where the place is all of a page.
 */
export async function fill(
  place: HTMLElement,
  load: () => Promise<Node>,
  name?: string,
): Promise<void> {
  const turn = Symbol('turn');
  latest.set(place, turn);
  place.setAttribute('aria-busy', 'true');
  if (!place.hasChildNodes()) {
    place.append(element('p', { class: 'loading', role: 'status' }, 'Loading…'));
  }
  let content: Node;
  try {
    content = await load();
  } catch (error) {
    const notice = problemNotice(error, () => void fill(place, load, name));
    content = fragment(name !== undefined && element('h1', {}, name), notice);
  }
  await dialogClosed(place);
  if (latest.get(place) !== turn) return;
  place.replaceChildren(content);
  place.removeAttribute('aria-busy');
}

/** A new place that is being filled. */
export function filled(load: () => Promise<Node>, name?: string): HTMLElement {
  const place = element('div', { class: 'place' });
  void fill(place, load, name);
  return place;
}
