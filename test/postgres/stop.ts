import { rm } from 'node:fs/promises';

/** Stops what start.ts started; nothing where the URL came from outside. */
export default async function stop(): Promise<void> {
  const started = globalThis.throughlineTestServer;
  if (started === undefined) return;
  await started.server.stop();
  await rm(started.folder, { recursive: true, force: true });
}
