import { Worker } from 'node:worker_threads';

import type { ReportName, ReportQuestions } from '../loop/reports.js';
import { ReportWriter } from '../loop/reports.js';

/** A thread that nobody has asked for so long ends: it holds memory and a connection. */
const IDLE_MS = 60_000;

/** Where the thread finds what it writes of. */
export interface ReportHome {
  readonly databaseUrl: string;
  /** Of the models. */
  readonly folder: string;
}

/** What the thread is asked; `null`: to end. */
export interface ReportRequest<N extends ReportName = ReportName> {
  readonly id: number;
  readonly name: N;
  readonly question: ReportQuestions[N];
}

/** What the thread answers. */
export type ReportReply = { readonly id: number } & (
  { readonly text: string } | { readonly error: Error }
);

interface Waiting {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes reports in a thread of its own, one after another: a report is seconds of arithmetic, in
 * which the API would answer nobody. It is started when it is first asked.
 */
export class ReportThread extends ReportWriter {
  private thread: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private asked = 0;
  private readonly waiting = new Map<number, Waiting>();

  /** @param script of the thread; it is given its home */
  constructor(
    private readonly script: URL,
    private readonly home: ReportHome,
    private readonly idleMs = IDLE_MS,
  ) {
    super();
  }

  async write<N extends ReportName>(name: N, question: ReportQuestions[N]): Promise<string> {
    clearTimeout(this.idle);
    this.thread ??= this.start();
    const id = (this.asked += 1);
    const text = new Promise<string>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
    this.thread.postMessage({ id, name, question } satisfies ReportRequest<N>);
    return await text;
  }

  /** Ends the thread; what it was writing is refused. */
  async close(): Promise<void> {
    clearTimeout(this.idle);
    await this.thread?.terminate();
  }

  private start(): Worker {
    const thread = new Worker(this.script, { workerData: this.home });
    thread.unref();
    thread.on('message', (reply: ReportReply) => {
      this.take(reply);
    });
    let failure = new Error('the thread that writes reports ended');
    thread.once('error', (error: Error) => {
      failure = error;
    });
    thread.once('exit', () => {
      if (this.thread !== thread) return;
      this.thread = undefined;
      for (const { reject } of this.waiting.values()) reject(failure);
      this.waiting.clear();
    });
    return thread;
  }

  private take(reply: ReportReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('text' in reply) waiting?.resolve(reply.text);
    else waiting?.reject(reply.error);
    if (this.waiting.size > 0) return;
    this.idle = setTimeout(() => {
      this.dismiss();
    }, this.idleMs).unref();
  }

  /** Lets the thread close its connection; whoever asks next starts another. */
  private dismiss(): void {
    this.thread?.postMessage(null);
    this.thread = undefined;
  }
}
