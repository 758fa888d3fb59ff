import type { Server } from 'node:http';

/**
 * Closes a server: what it has in hand is answered first. Connections that are not done after so
 * many milliseconds are cut: what was acknowledged is committed, and the rest can be sent again.
 */
export async function drained(
  server: Server,
  close: () => Promise<void>,
  milliseconds: number,
): Promise<void> {
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, milliseconds);
  try {
    await close();
  } finally {
    clearTimeout(timer);
  }
}
