import { writeFile } from 'node:fs/promises';

import { DomainError } from '../core/errors/domain-error.js';

/**
 * Writes a page into the file that was asked for.
 *
 * @throws DomainError `unwritable-file`
 */
export async function writePage(path: string, page: string): Promise<void> {
  await writeFile(path, page).catch((cause: unknown) => {
    const said = String(cause).replace(/^Error: /, '');
    const why = said.startsWith('ENOENT') ? 'there is no such folder' : said;
    throw new DomainError('unwritable-file', `${path} cannot be written: ${why}.`, { cause });
  });
}
