import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { DomainError } from '../core/errors/domain-error.js';

/** A file of rows that can be read as often as is wanted. */
export interface InputFile {
  /** As it was named, for people. */
  readonly path: string;
  /** Where its bytes are. */
  readonly file: string;
  /** What its first bytes say that it is, or its name where they say nothing. */
  readonly isParquet: boolean;
  readonly isGzip: boolean;
  /** Its first bytes, as letters. */
  readonly begins: string;
  /** Whether it is gone once it has been used: what came through a pipe. */
  readonly isPassing: boolean;
}

const STANDARD_INPUT: ReadonlySet<string> = new Set(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);
const BEGINNING = 64;

/**
 * Has a file used. What is no regular file (a pipe, a terminal) gives its bytes once, while a table
 * is looked at more than once: it is written to a temporary file first, which is removed afterwards.
 *
 * @throws DomainError `unreadable-file`
 */
export async function withInputFile<T>(
  path: string,
  use: (file: InputFile) => Promise<T>,
): Promise<T> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new DomainError('unreadable-file', `There is no readable file ${path}.`, { cause });
  });
  if (found.isDirectory()) {
    throw new DomainError('unreadable-file', `${path} is a folder, not a file.`);
  }
  if (found.isFile()) return use(await lookAt(path, path));
  const folder = await mkdtemp(join(tmpdir(), 'throughline-input-'));
  try {
    const file = join(folder, 'rows');
    await spool(path, file);
    return await use(await lookAt(path, file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Has a copy of a text file used in which every line ends with a line feed alone: DuckDB reads no
 * file whose lines end in several ways. The copy is plain text and removed afterwards.
 */
export async function withLineFeeds<T>(
  input: InputFile,
  use: (file: InputFile) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-input-'));
  try {
    const file = join(folder, 'rows');
    const raw = createReadStream(input.file);
    const unpacked = input.isGzip ? createGunzip() : new PassThrough();
    await pipeline(raw, unpacked, withOneEnd, createWriteStream(file));
    return await use({ ...input, file, isGzip: false, isPassing: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* withOneEnd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = '';
  for await (const chunk of chunks) {
    // Letter by letter as bytes, so that none is cut in two.
    const text = held + chunk.toString('latin1');
    held = text.endsWith('\r') ? '\r' : '';
    const whole = text.slice(0, text.length - held.length);
    yield Buffer.from(whole.replaceAll(/\r\n?/g, '\n'), 'latin1');
  }
  if (held !== '') yield Buffer.from('\n');
}

async function spool(path: string, file: string): Promise<void> {
  // A socket, as a parent process may give it, cannot be opened by its name.
  const source = STANDARD_INPUT.has(path)
    ? createReadStream(path, { fd: 0, autoClose: false })
    : createReadStream(path);
  await pipeline(source, createWriteStream(file)).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

async function lookAt(path: string, file: string): Promise<InputFile> {
  const begins = await beginningOf(file).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const name = path.toLowerCase();
  const isParquet = begins.startsWith('PAR1') || name.endsWith('.parquet');
  const isGzip = begins.startsWith('\x1f\x8b');
  if (!isGzip && !isParquet && name.endsWith('.gz')) {
    const reason = 'it is not a gzip file.';
    throw new DomainError('unreadable-file', `${path} cannot be read: ${reason}`);
  }
  if (isGzip) await refuseBroken(path, file);
  return { path, file, isParquet, isGzip, begins, isPassing: path !== file };
}

/** Of a gzip file that was cut off, DuckDB reads what is there and says nothing. */
async function refuseBroken(path: string, file: string): Promise<void> {
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  await pipeline(createReadStream(file), createGunzip(), nowhere).catch((cause: unknown) => {
    const reason = 'it is a gzip file that is broken or cut off';
    throw new DomainError('unreadable-file', `${path} cannot be read: ${reason}.`, { cause });
  });
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unreadable(path: string, cause: unknown): DomainError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DomainError('unreadable-file', `${path} cannot be read: ${reason}.`, { cause });
}
