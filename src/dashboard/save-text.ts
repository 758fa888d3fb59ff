import { element } from './element.js';

/** Lets the reader keep a text as a file. */
export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  element('a', { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
