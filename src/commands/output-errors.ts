/** A stream of the process that answers go to. */
export interface OutputStream {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * What happens where an answer cannot be written. A reader that has seen enough (`| head`) is no
 * fault: the command goes on with its work and its exit status stands. Anything else, such as a full
 * disk, is told once.
 */
export function onOutputError(
  streams: readonly OutputStream[],
  fail: (line: string) => void,
): void {
  let isTold = false;
  for (const stream of streams) {
    stream.on('error', ({ code, message }) => {
      if (code === 'EPIPE' || isTold) return;
      isTold = true;
      fail(`error: the answer cannot be written: ${message}\n`);
    });
  }
}
