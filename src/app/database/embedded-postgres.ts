import { join } from 'node:path';
import { takeLock } from '../lock.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { type Cluster, ensureCluster, ROLE } from './postgres-cluster.js';
import { connectionString, ensureDatabase, halt, launch, runningPort } from './postgres-server.js';
import { livePostmaster } from './postmaster.js';

const FIRST_START_MS = 120_000;
const WATCH_MS = 1_000;

/** The PostgreSQL that runs from the data folder. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** Whether it ran before we came: another process uses it, or a killed one left it behind. */
  readonly adopted: boolean;
  /** Starts it again on the same port whenever it is found dead; told of each time and its error. */
  watch(onDeath: (error?: unknown) => void): void;
  /** Stops it and waits; open transactions are rolled back, committed ones are safe. */
  stop(): Promise<void>;
  /** Asks it to stop and does not wait: for a forced exit. */
  abandon(): Promise<void>;
}

/** Makes, adopts or starts the PostgreSQL of this data folder, and its database. */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const binaries = await findPostgresBinaries();
  // A command and a service may come at once: one of them makes the cluster and starts it.
  const starting = await takeLock(join(dataDir, 'postgres.lock'), FIRST_START_MS);
  try {
    const cluster = await ensureCluster(binaries, dataDir);
    const running = await runningPort(cluster);
    const port = running ?? (await launch(binaries, cluster));
    await ensureDatabase(cluster, port);
    return new Embedded(binaries, cluster, port, running !== undefined);
  } finally {
    await starting.release();
  }
}

class Embedded implements EmbeddedPostgres {
  readonly url: string;
  private watcher: NodeJS.Timeout | undefined;
  private reviving: Promise<void> | undefined;

  constructor(
    private readonly binaries: PostgresBinaries,
    private readonly cluster: Cluster,
    private readonly port: number,
    readonly adopted: boolean,
  ) {
    this.url = connectionString(cluster, port, ROLE);
  }

  watch(onDeath: (error?: unknown) => void): void {
    this.watcher = setInterval(() => {
      this.reviving ??= this.revive(onDeath).finally(() => {
        this.reviving = undefined;
      });
    }, WATCH_MS);
    this.watcher.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.watcher);
    await this.reviving;
    await halt(this.binaries, this.cluster);
  }

  async abandon(): Promise<void> {
    clearInterval(this.watcher);
    const live = await livePostmaster(this.cluster.data);
    // SIGINT is PostgreSQL's fast shutdown.
    if (live) process.kill(live.pid, 'SIGINT');
  }

  private async revive(onDeath: (error?: unknown) => void): Promise<void> {
    try {
      if ((await livePostmaster(this.cluster.data)) !== undefined) return;
      onDeath();
      await launch(this.binaries, this.cluster, this.port);
    } catch (error) {
      onDeath(error);
    }
  }
}
