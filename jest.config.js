/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/choose-programs.ts',
  // Examples import by name, as people do; here the names are those of the sources.
  moduleNameMapper: {
    '^stagecraft$': '<rootDir>/constructs/public/index.ts',
    '^stagecraft/(aws-cdk|cdktf|gateway|pulumi)$': '<rootDir>/constructs/public/$1.ts',
  },
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(fast-check|listr2|execa)/)'],
};
