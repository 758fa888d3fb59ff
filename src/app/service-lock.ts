import { join } from 'node:path';

/** The lock that a running service holds on its data folder. */
export function serviceLock(dataDir: string): string {
  return join(dataDir, 'throughline.lock');
}
