import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program of this machine's PATH by its first known name. */
export function programOf(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

const PROMETHEUS = programOf('prometheus');
const ALERTMANAGER = programOf('prometheus-alertmanager', 'alertmanager');

/** Whether both programs are installed here. */
export const hasMonitoringStack = PROMETHEUS !== undefined && ALERTMANAGER !== undefined;

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks again and again until there is an answer; says what for when there is none. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  limit = 60_000,
): Promise<T> {
  const end = Date.now() + limit;
  while (Date.now() < end) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(200);
  }
  throw new Error(`waited ${limit / 1000} s in vain for ${what}`);
}

/** A program that runs beside the test; `log` holds what it said. */
export class Companion {
  private readonly child: ChildProcess;
  private text = '';

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.text = (this.text + chunk.toString()).slice(-20_000);
      });
    }
  }

  get log(): string {
    return this.text;
  }

  async ready(url: string, limit?: number): Promise<void> {
    const answered = async (): Promise<true | undefined> => {
      if (this.child.exitCode !== null) return true;
      return (await fetch(url)).ok ? true : undefined;
    };
    await until(`${url}\n${this.log}`, answered, limit);
    if (this.child.exitCode !== null) throw new Error(`it ended at once:\n${this.log}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await Promise.race([
      ended,
      sleep(15_000, undefined, { ref: false }).then(() => this.child.kill('SIGKILL')),
    ]);
  }
}

/** Prometheus that watches one made-up number, and Alertmanager that posts its alerts. */
export class MonitoringStack {
  /** What `payment_error_ratio` reads; the alert PaymentErrors fires above 0.05. */
  ratio = 0.01;
  private readonly running: Companion[] = [];
  private readonly metrics: Server;
  private folder = '';

  constructor() {
    this.metrics = createServer((_request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(`# TYPE payment_error_ratio gauge\npayment_error_ratio ${this.ratio}\n`);
    });
  }

  async start(webhook: { url: string; key: string }): Promise<void> {
    if (PROMETHEUS === undefined || ALERTMANAGER === undefined) throw new Error('not installed');
    this.folder = await mkdtemp(join(tmpdir(), 'throughline-stack-'));
    const target = await listen(this.metrics);
    const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
    await this.write('alertmanager.yml', alertmanagerConfig(webhook));
    await this.write('rules.yml', RULES);
    await this.write('prometheus.yml', prometheusConfig(target, alertmanagerPort));
    const alertmanager = new Companion(ALERTMANAGER, [
      `--config.file=${join(this.folder, 'alertmanager.yml')}`,
      `--storage.path=${join(this.folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ]);
    const prometheus = new Companion(PROMETHEUS, [
      `--config.file=${join(this.folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(this.folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
    ]);
    this.running.push(alertmanager, prometheus);
    await alertmanager.ready(`http://127.0.0.1:${alertmanagerPort}/-/ready`);
    await prometheus.ready(`http://127.0.0.1:${prometheusPort}/-/ready`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((companion) => companion.stop()));
    this.metrics.closeAllConnections();
    this.metrics.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }
}

const RULES = `groups:
  - name: shop
    rules:
      - alert: PaymentErrors
        expr: payment_error_ratio > 0.05
        for: 1s
        labels: { severity: page, service: payment }
        annotations: { value: '{{ $value }}', threshold: '0.05', comparison: '>' }
`;

const prometheusConfig = (target: number, alertmanager: number): string => `global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - static_configs: [{ targets: ['127.0.0.1:${alertmanager}'] }]
scrape_configs:
  - job_name: shop
    static_configs: [{ targets: ['127.0.0.1:${target}'] }]
`;

const alertmanagerConfig = ({ url, key }: { url: string; key: string }): string => `route:
  receiver: throughline
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: throughline
    webhook_configs:
      - url: ${url}
        send_resolved: true
        http_config:
          authorization: { type: Bearer, credentials: ${key} }
`;
