// What a lived world leaves behind for questions about models: the rows that each training learnt
// from, and every first answer with its features. Lines of JSON in the world's folder.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startEmbeddedPostgres } from '../../../dist/app/database/embedded-postgres.js';
import { labelledEpisodes } from '../../../dist/loop/labelled-episodes.js';
import { createDataSource } from '../../../dist/storage/data-source.js';
import { firstPredictions } from '../../../dist/storage/prediction.store.js';

const write = (file, rows) =>
  writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/**
 * Reads them out of the database of a running service.
 *
 * @param data the service's data folder; @param times when it was taught, by a name for the file, and `until` when answers were given.
 */
export async function keepRows(data, folder, { until, ...times }) {
  // It runs already and belongs to the service: it is joined, not started, and not stopped.
  const { url } = await startEmbeddedPostgres(data);
  const source = await createDataSource(url, 1).initialize();
  try {
    for (const [name, asOf] of Object.entries(times)) {
      const { rows } = await labelledEpisodes(source.manager, asOf);
      await write(join(folder, `${name}.ndjson`), rows);
    }
    await write(join(folder, 'answers.ndjson'), await firstPredictions(source.manager, until));
  } finally {
    await source.destroy();
  }
}
