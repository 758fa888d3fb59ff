export default {
  entry: [
    'src/main.ts',
    'src/worker.ts',
    'src/report.ts',
    'src/cli.ts',
    'src/dashboard/main.ts',
    'test/**/*.spec.ts',
    'test/bench/*.js',
    'test/postgres/*.ts',
    'scripts/*.js',
    'bin/*.js',
  ],
  project: ['src/**/*.ts', 'test/**/*.ts'],
  ignoreExportsUsedInFile: true,
  // A peer of the benchmarks, from PostgreSQL's own client package.
  ignoreBinaries: ['psql'],
  // danfo.js is used by the notebooks, whose cells knip does not read; the other is a package of
  // @fastify/static's that a test stands in for.
  ignoreDependencies: ['danfojs-node', 'content-disposition'],
};
