const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      module: { type: 'es6' },
      sourceMaps: 'inline',
      jsc: {
        target: 'es2022',
        keepClassNames: true,
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
    },
  ],
};

const project = (displayName, folders, extra = {}) => ({
  displayName,
  testEnvironment: 'node',
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.spec.ts`),
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform,
  ...extra,
});

// The pure tier starts nothing; the service tier runs on one embedded PostgreSQL.
const postgres = {
  globalSetup: '<rootDir>/test/postgres/start.ts',
  globalTeardown: '<rootDir>/test/postgres/stop.ts',
};

export default {
  projects: [
    project('core', [
      'core',
      'contracts',
      'connectors',
      'commands',
      'tensorflow',
      'reports',
      'dashboard',
    ]),
    project('service', ['storage', 'queue', 'loop', 'modules', 'app', 'e2e'], postgres),
  ],
  testTimeout: 60_000,
};
