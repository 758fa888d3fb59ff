import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { anEvent } from '../builders/bodies.js';
import { RunningApi } from '../builders/running-api.js';

/** A connection that sends as it is told, and what it was answered. */
class Sender {
  text = '';
  readonly closed: Promise<void>;
  private readonly socket: Socket;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (chunk) => (this.text += chunk.toString()));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        resolve();
      });
    });
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Begins a body of events that goes on for ever. */
  begin(key: string | null, type = 'application/json'): this {
    const authorization = key === null ? '' : `Authorization: Bearer ${key}\r\n`;
    const head = `POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${authorization}`;
    this.send(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    return this;
  }

  chunk(text: string): void {
    this.send(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  }

  async answered(): Promise<string> {
    while (!this.text.includes('\r\n\r\n')) await sleep(10);
    return this.text;
  }

  end(): void {
    this.socket.destroy();
  }
}

const NDJSON = 'application/x-ndjson';

describe('senders who stall', () => {
  let api: RunningApi;
  let key: string;

  beforeAll(async () => {
    const patience = { body: { silence: 2_000, whole: 4_000 }, drain: 300 };
    api = await RunningApi.start(undefined, patience);
    key = await api.keyOf('ingest');
  });
  afterAll(() => api.stop());

  it('are refused at once without a key, and leave the intake to others', async () => {
    const strangers = Array.from({ length: 70 }, () => new Sender(api.url).begin(null));
    for (const stranger of strangers) expect(await stranger.answered()).toMatch(/^HTTP\/1.1 401/);
    expect((await api.post('/v1/events', [anEvent()])).status).toBe(200);
    for (const stranger of strangers) stranger.end();
  });

  it('are told so and hung up on, and give back their place', async () => {
    const senders = Array.from({ length: 64 }, () => new Sender(api.url).begin(key));
    for (const sender of senders) sender.chunk('[');
    let status = 200;
    // However busy the machine is: all have their place at once some time before they are given up.
    while (status === 200) ({ status } = await api.post('/v1/events', [anEvent()]));
    expect(status).toBe(503);
    await Promise.all(senders.map(({ closed }) => closed));
    expect(senders[0]?.text).toMatch(/^HTTP\/1.1 408 .*problem\+json.*\/request-timeout"/s);
    expect((await api.post('/v1/events', [anEvent()])).status).toBe(200);
  });

  it('may take as long as they go on over lines, but not over one body', async () => {
    const stream = new Sender(api.url).begin(key, NDJSON);
    const trickle = new Sender(api.url).begin(key);
    let lines = 0;
    // A busy machine sends fewer lines in the same time, never more.
    while (trickle.text === '' && lines < 60) {
      stream.chunk(`${JSON.stringify(anEvent())}\n`);
      lines += 1;
      trickle.chunk(' ');
      await sleep(100);
    }
    expect(trickle.text).toMatch(/^HTTP\/1.1 408/);
    stream.send('0\r\n\r\n');
    expect(await stream.answered()).toMatch(/^HTTP\/1.1 200 /);
    expect(stream.text).toContain(`"accepted":${lines}`);
    stream.end();
  });
});

describe('a service that is stopped', () => {
  it('cuts off senders who stall, after it has waited for them', async () => {
    const patience = { body: { silence: 60_000, whole: 60_000 }, drain: 300 };
    const api = await RunningApi.start(undefined, patience);
    const sender = new Sender(api.url).begin(await api.keyOf('ingest'));
    const silent = new Sender(api.url);
    await sleep(50);
    const since = performance.now();
    await api.stop();
    expect(performance.now() - since).toBeLessThan(5_000);
    await sender.closed;
    await silent.closed;
  }, 20_000);
});
