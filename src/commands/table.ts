import type { Command } from 'commander';

/** A command as `--help` lists it; its module is loaded when it is used. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  readonly load: () => Promise<(program: Command) => void>;
}

/** Every command, in the order in which `--help` lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    description: 'start API, worker and dashboard, on an embedded PostgreSQL by default',
    load: async () => (await import('./start.js')).registerStart,
  },
  {
    name: 'import',
    description: 'send files of the contract’s bodies, or tables mapped to them, to the service',
    load: async () => (await import('./import.js')).registerImport,
  },
  {
    name: 'replay',
    description: 'feed a folder of history to the service in the order in which it became known',
    load: async () => (await import('./replay.js')).registerReplay,
  },
  {
    name: 'evaluate',
    description: 'judge the learning core on any table with a label',
    load: async () => (await import('./evaluate.js')).registerEvaluate,
  },
  {
    name: 'funnel',
    description: 'count who reaches each step in any file of events',
    load: async () => (await import('./funnel.js')).registerFunnel,
  },
  {
    name: 'threshold',
    description: 'suggest an alert threshold from a metric and the failures it should catch',
    load: async () => (await import('./threshold.js')).registerThreshold,
  },
  {
    name: 'backtest',
    description: 'would this alert rule have fired, and was it right? asked of the service',
    load: async () => (await import('./backtest.js')).registerBacktest,
  },
  {
    name: 'drift',
    description: 'compare two samples column by column: verdicts, effects, compatibility figures',
    load: async () => (await import('./drift.js')).registerDrift,
  },
  {
    name: 'report',
    description: 'reports of the running service, as a page or as JSON',
    load: async () => (await import('./report.js')).registerReport,
  },
  {
    name: 'train',
    description: 'a training run of the running service, followed to the gate’s decision',
    load: async () => (await import('./train.js')).registerTrain,
  },
  {
    name: 'simulate',
    description: 'write a seeded world with its truth apart',
    load: async () => (await import('./simulate.js')).registerSimulate,
  },
  {
    name: 'keys',
    description: 'API keys of the service',
    load: async () => (await import('./keys.js')).registerKeys,
  },
  {
    name: 'migrate',
    description: 'bring the schema of the database up to date; `start` does so by itself',
    load: async () => (await import('./migrate.js')).registerMigrate,
  },
  {
    name: 'demo',
    description: 'simulate a world, feed it to the running service, train, and show the queue',
    load: async () => (await import('./demo.js')).registerDemo,
  },
];
