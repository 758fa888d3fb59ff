export default {
  entry: [
    'src/main.ts',
    'src/worker.ts',
    'src/cli.ts',
    'src/dashboard/main.ts',
    'test/**/*.spec.ts',
    'test/bench/*.js',
    'test/postgres/*.js',
    'scripts/*.js',
    'bin/*.js',
  ],
  project: ['src/**/*.ts', 'test/**/*.ts'],
  ignoreExportsUsedInFile: true,
  // Used by the notebooks, whose cells knip does not read.
  ignoreDependencies: ['danfojs-node'],
};
