import { parentPort, workerData } from 'node:worker_threads';

import type { ReportReply, ReportRequest } from './app/report-thread.js';
import { ReportWriterHere } from './loop/reports.js';
import { openDataSource } from './storage/data-source.js';

/** The thread that writes reports, on a connection of its own. */
const source = await openDataSource(String(workerData), 2);
const writer = new ReportWriterHere(source.manager);

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
