import vm from 'node:vm';

// True under --experimental-vm-modules, which `npm test` passes; a bare `npx jest` runs the same specs as CommonJS.
const esm = typeof vm.SourceTextModule === 'function';

const swc = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      useDefineForClassFields: true,
    },
    keepClassNames: true,
  },
  module: { type: esm ? 'es6' : 'commonjs' },
};

const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '/\\.data/'],
  moduleNameMapper: {
    '^nestjs-workflow$': '<rootDir>/lib/index.ts',
    '^nestjs-workflow/(?!package\\.json$)(.+)$': '<rootDir>/lib/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  extensionsToTreatAsEsm: esm ? ['.ts'] : [],
  transform: { [esm ? '^.+\\.ts$' : '^.+\\.[jt]s$']: ['@swc/jest', swc] },
  transformIgnorePatterns: esm
    ? ['/node_modules/']
    : ['/node_modules/(?!(@nestjs|file-type|strtok3|token-types|uint8array-extras|@tokenizer|@borewit|croner)/)'],
};

// Folders whose specs talk to a database. Everything else stays in the project that starts none.
const databaseFolders = [
  '<rootDir>/lib/(postgres|typeorm)/',
  '<rootDir>/test/(?!(architecture|engine|simulation|mutants)/|conformance/memory-)',
];

export default {
  maxWorkers: 2,
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/lib/**/*.spec.ts',
        '<rootDir>/test/{architecture,engine,simulation,mutants}/**/*.spec.ts',
        '<rootDir>/test/conformance/memory-*.spec.ts',
      ],
      testPathIgnorePatterns: ['/node_modules/', ...databaseFolders],
    },
    {
      ...shared,
      displayName: 'database',
      testMatch: ['<rootDir>/lib/{postgres,typeorm}/**/*.spec.ts', '<rootDir>/test/**/*.{spec,e2e-spec}.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/test/(architecture|bench|engine|simulation|mutants)/',
        '<rootDir>/test/conformance/memory-',
      ],
      // Jest runs a project's global setup only when one of its specs is selected.
      globalSetup: '<rootDir>/test/utils/global-setup.mjs',
      globalTeardown: '<rootDir>/test/utils/global-teardown.mjs',
    },
  ],
};
