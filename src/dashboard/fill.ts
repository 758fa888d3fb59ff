import { element } from './element.js';
import { problemNotice } from './notices.js';

const latest = new WeakMap<Element, symbol>();

/**
 * Fills a place with what `load` brings, or with what went wrong and a way to try again. What was
 * there stays until then; of several fillings of one place the last one wins.
 */
export async function fill(place: HTMLElement, load: () => Promise<Node>): Promise<void> {
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
    content = problemNotice(error, () => void fill(place, load));
  }
  if (latest.get(place) !== turn) return;
  place.replaceChildren(content);
  place.removeAttribute('aria-busy');
}

/** A new place that is being filled. */
export function filled(load: () => Promise<Node>): HTMLElement {
  const place = element('div', { class: 'place' });
  void fill(place, load);
  return place;
}
