import type { KindName } from './import-kinds.js';

/** One record of a history: when it became known, and its text as it will be sent. */
export interface ReplayRecord {
  readonly kind: KindName;
  readonly file: string;
  readonly line: number;
  /** When it became known; a journey that does not say was always known (-Infinity). */
  readonly at: number;
  readonly id: string | undefined;
  readonly text: string;
}

/** A line that cannot be replayed. */
export interface ReplayFault {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly pointer: string;
  readonly detail: string;
}

/** A file of a history as it is read: where it lies, and its items in order, some at a time. */
export interface ReplayInput {
  readonly kind: KindName;
  readonly file: string;
  readonly items: AsyncGenerator<readonly { readonly line: number; readonly text: string }[]>;
}

// Files are written in order of receivedAt; lines that lie out of it by less are put right.
const WINDOW = 1024;

const before = (a: ReplayRecord, b: ReplayRecord): boolean =>
  a.at === b.at ? a.line < b.line : a.at < b.at;

/** The records of one file in order of `at`, then line, with a window of lines held back. */
export class ReplayFile {
  readonly faults: ReplayFault[] = [];
  private readonly input: ReplayInput;
  private readonly heap: ReplayRecord[] = [];
  private done = false;

  constructor(input: ReplayInput) {
    this.input = input;
  }

  /** Whether the next record is known: enough lines were read, or all. */
  get ready(): boolean {
    return this.done || this.heap.length > WINDOW;
  }

  async fill(): Promise<void> {
    while (!this.ready) {
      const next = await this.input.items.next();
      if (next.done === true) this.done = true;
      else for (const item of next.value) this.take(item.line, item.text);
    }
  }

  /** The next record, or undefined at the end; only when ready. */
  peek(): ReplayRecord | undefined {
    return this.heap[0];
  }

  /** Takes the next record away. */
  shift(): void {
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.sink(last);
  }

  /** Lets go of the file, read to its end or not. */
  async close(): Promise<void> {
    await this.input.items.return(undefined);
  }

  private take(line: number, text: string): void {
    if (text.trim() === '') return;
    const read = this.read(line, text);
    if ('code' in read) this.faults.push(read);
    else this.rise(read);
  }

  private read(line: number, text: string): ReplayRecord | ReplayFault {
    const { kind, file } = this.input;
    const fault = (code: string, pointer: string, detail: string): ReplayFault => ({
      file,
      line,
      code,
      pointer,
      detail,
    });
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return fault('bad-json', '', 'is not JSON');
    }
    if (typeof body !== 'object' || body === null) return fault('bad-row', '', 'is not an object');
    const { receivedAt, id } = body as Readonly<Record<string, unknown>>;
    const known = { kind, file, line, id: typeof id === 'string' ? id : undefined, text };
    if (receivedAt === undefined && kind === 'journeys') return { ...known, at: -Infinity };
    if (receivedAt === undefined) return fault('required', '/receivedAt', 'is missing');
    const at = typeof receivedAt === 'string' ? Date.parse(receivedAt) : Number.NaN;
    return Number.isNaN(at) ? fault('bad-time', '/receivedAt', 'is not a time') : { ...known, at };
  }

  private rise(record: ReplayRecord): void {
    let at = this.heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.heap[parent];
      if (above === undefined || !before(record, above)) break;
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = record;
  }

  private sink(record: ReplayRecord): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (left === undefined) break;
      const rightFirst = right !== undefined && before(right, left);
      const child = rightFirst ? right : left;
      if (!before(child, record)) break;
      heap[at] = child;
      at = 2 * at + (rightFirst ? 2 : 1);
    }
    heap[at] = record;
  }
}
