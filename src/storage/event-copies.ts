import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Instant } from '../core/telemetry/time.js';
import type { CopyState, EventCopy } from './event-copy-file.js';
import { headLength, readCopy, readCopyState, writeCopy } from './event-copy-file.js';

const SUFFIX = '.events';

/**
 * Days of events copied into flat columns, a file a day, in a folder for each database. Who cannot
 * see the folder reads the same events from the database.
 */
export class EventCopies {
  constructor(private readonly folder: string) {}

  /** The copy of a day; null where there is none that can be read. */
  async read(database: string, day: Instant): Promise<EventCopy | null> {
    const bytes = await bytesOf(this.pathOf(database, day));
    return bytes === null ? null : readCopy(bytes);
  }

  /** What the copy of a day was made of, without its columns. */
  async state(database: string, day: Instant): Promise<CopyState | null> {
    const path = this.pathOf(database, day);
    const start = await bytesOf(path, 4);
    const bytes = start === null ? null : await bytesOf(path, headLength(start));
    return bytes === null ? null : readCopyState(bytes);
  }

  /** Keeps a copy, in place of an earlier one: a reader sees one of them, whole. */
  async write(database: string, copy: EventCopy): Promise<void> {
    await mkdir(join(this.folder, database), { recursive: true });
    const path = this.pathOf(database, copy.columns.day);
    const draft = `${path}.${randomUUID()}`;
    try {
      await writeFile(draft, writeCopy(copy));
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  /** Drops the copies of all other days than these, and what killed writers have left. */
  async keepOnly(database: string, days: readonly Instant[]): Promise<void> {
    const folder = join(this.folder, database);
    const kept = new Set(days.map(nameOf));
    const names = await readdir(folder).catch(() => []);
    for (const name of names) if (!kept.has(name)) await rm(join(folder, name), { force: true });
  }

  private pathOf(database: string, day: Instant): string {
    return join(this.folder, database, nameOf(day));
  }
}

function nameOf(day: Instant): string {
  return `${new Date(day).toISOString().slice(0, 10)}${SUFFIX}`;
}

/** A file, or so many bytes of its start, in memory of its own, so that columns can lie in it. */
async function bytesOf(path: string, most = Infinity): Promise<Uint8Array<ArrayBuffer> | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const bytes = new Uint8Array(Math.min(most, (await file.stat()).size));
    let end = 0;
    while (end < bytes.length) {
      const { bytesRead } = await file.read(bytes, end, bytes.length - end, end);
      if (bytesRead === 0) return null;
      end += bytesRead;
    }
    return bytes.length < 4 ? null : bytes;
  } finally {
    await file.close();
  }
}
