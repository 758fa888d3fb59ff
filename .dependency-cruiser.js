// The house rules, by folder. See docs/adr/0001 for the rooms and who may import whom.
const flow = [
  'errors',
  'statistics',
  'telemetry',
  'journeys',
  'outcomes',
  'features',
  'training',
  'registry',
  'scoring',
  'thresholds',
  'monitoring',
  'response',
];
const adapters = ['storage', 'tensorflow', 'queue', 'connectors', 'wire', 'reports'];
const layers = {
  core: [],
  ...Object.fromEntries(adapters.map((adapter) => [adapter, ['core']])),
  loop: ['core', ...adapters],
  http: ['core', 'wire'],
  modules: ['core', ...adapters, 'loop', 'http'],
  app: ['core', ...adapters, 'loop', 'http', 'modules'],
  commands: ['core', ...adapters, 'loop', 'http', 'app'],
  dashboard: [],
};
const homes = {
  'typeorm|@nestjs/typeorm|pg': '^src/(storage|loop|modules|app)/',
  '@tensorflow': '^src/tensorflow/',
  'bullmq|@nestjs/bullmq': '^src/queue/',
  '@nestjs/schedule': '^src/app/schedule',
  '@duckdb': '^src/(commands|storage)/',
  commander: '^src/(cli\\.ts$|commands/)',
};
const deny = (name, from, to) => ({ name, severity: 'error', from, to });

export default {
  forbidden: [
    ...Object.entries(layers).map(([layer, below]) =>
      deny(
        `layer-${layer}`,
        { path: `^src/${layer}/` },
        { path: '^src/', pathNot: `^src/(${[layer, ...below].join('|')})/` },
      ),
    ),
    ...flow.map((room, i) =>
      deny(
        `flow-${room}`,
        { path: `^src/core/${room}/` },
        { path: '^src/core/[^/]+/', pathNot: `^src/core/(${flow.slice(0, i + 1).join('|')})/` },
      ),
    ),
    ...Object.entries(homes).map(([packages, home]) =>
      deny(
        `home-${packages.split('|')[0]}`,
        { path: '^src/', pathNot: home },
        { path: `node_modules/(${packages})/` },
      ),
    ),
    deny('core-is-pure', { path: '^src/core/' }, { pathNot: '^src/core/' }),
    deny(
      'simulation-is-not-production',
      { path: '^src/(?!core/simulation/|commands/)' },
      { path: '^src/core/simulation/' },
    ),
    deny(
      'modules-are-strangers',
      { path: '^src/modules/([^/]+)/' },
      { path: '^src/modules/', pathNot: '^src/modules/$1/' },
    ),
    deny(
      'connectors-are-strangers',
      { path: '^src/connectors/([^/]+)/' },
      { path: '^src/connectors/', pathNot: '^src/connectors/$1/' },
    ),
    deny('no-circular', {}, { circular: true }),
    deny(
      'no-orphans',
      {
        orphan: true,
        path: '^src/',
        pathNot: '^src/(main|worker|report|cli|training)\\.ts$|^src/dashboard/|\\.d\\.ts$',
      },
      {},
    ),
    deny('resolvable', {}, { couldNotResolve: true }),
    deny('no-test-in-src', { path: '^src/' }, { path: '^test/' }),
    deny(
      'no-dev-dependency',
      { path: '^src/(?!dashboard/)' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
