import { atLeast, type Found, type Need } from '../../sandbox/needs';

/** The first CLI that is told apart from the library by its version. */
const LEAST = '2.1148';

const INSTALL = 'npm install --save-dev aws-cdk@2 aws-cdk-lib@2';

/** The CLI and the library, as packages beside this one. 3.0.0 of the CLI is an older, wrong release. */
function look(): Found | string {
  try {
    require.resolve('aws-cdk-lib/package.json');
    const { version } = require('aws-cdk/package.json') as { version: string };
    if (version.startsWith('2.') && atLeast(version, LEAST)) {
      return { path: require.resolve('aws-cdk/bin/cdk'), version };
    }
    return `aws-cdk ${version} was found; ${LEAST} or newer of major 2 is needed`;
  } catch {
    return 'the packages aws-cdk and aws-cdk-lib were not found';
  }
}

export const needs: Need = {
  name: 'aws-cdk',
  title: 'the packages of AWS CDK',
  install: { Debian: INSTALL, macOS: INSTALL },
  look: async () => look(),
};
