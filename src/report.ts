import { parentPort, workerData } from 'node:worker_threads';

import type { ReportHome, ReportReply, ReportRequest } from './app/report-thread.js';
import { ChampionScorer } from './loop/champion-scorer.js';
import { ReportWriterHere } from './loop/reports.js';
import { openDataSource } from './storage/data-source.js';
import { ModelFiles } from './storage/model-files.js';

/** The thread that writes reports, on a connection of its own. */
const { databaseUrl, folder } = workerData as ReportHome;
const source = await openDataSource(databaseUrl, 2);
const files = new ModelFiles(folder);
const scorer = new ChampionScorer(files);
const writer = new ReportWriterHere({ sql: source.manager, scorer, files });

async function replyTo({ id, name, question }: ReportRequest): Promise<ReportReply> {
  try {
    return { id, text: await writer.write(name, question) };
  } catch (error) {
    return { id, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

let before = Promise.resolve();
parentPort?.on('message', (request: ReportRequest | null) => {
  before = before.then(async () => {
    if (request !== null) {
      parentPort?.postMessage(await replyTo(request));
      return;
    }
    await source.destroy();
    parentPort?.close();
  });
});
