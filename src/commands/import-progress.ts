import { stat } from 'node:fs/promises';

import { Presets, SingleBar } from 'cli-progress';

/** A progress bar over the bytes of files; silent where standard error is not a terminal. */
export interface Progress {
  readonly read: (bytes: number) => void;
  readonly tell: (words: string) => void;
  readonly stop: () => void;
}

const SILENT: Progress = { read: () => undefined, tell: () => undefined, stop: () => undefined };

/** Starts a bar as long as the files are. */
export async function startProgress(files: readonly string[]): Promise<Progress> {
  if (!process.stderr.isTTY) return SILENT;
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const format = '{bar} {percentage} % | {words}';
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.rect);
  bar.start(Math.max(total, 1), 0, { words: '' });
  return {
    read: (bytes) => {
      bar.increment(bytes);
    },
    tell: (words) => {
      bar.update({ words });
    },
    stop: () => {
      bar.stop();
    },
  };
}
