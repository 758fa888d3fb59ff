import { element } from './element.js';

/** A file for the reader to keep. */
export interface SavedFile {
  readonly name: string;
  readonly text: string;
  readonly type?: string;
}

/** Lets the reader keep a file. */
export function saveFile({ name, text, type = 'text/plain' }: SavedFile): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  element('a', { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
