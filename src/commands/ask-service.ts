import type { Command } from 'commander';

import { ApiClient, ApiError, addressOf } from './api-client.js';

/** Asks the running service; a refusal (exit code 2) or its absence (1) is one line for people. */
export async function askService(
  command: Command,
  ask: (client: ApiClient) => Promise<void>,
): Promise<void> {
  try {
    await ask(new ApiClient(await addressOf(process.env)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const exitCode = error.status === undefined || error.status >= 500 ? 1 : 2;
    command.error(`error: ${error.message}`, { exitCode });
  }
}
