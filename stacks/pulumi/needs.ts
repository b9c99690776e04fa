import { type Found, type Need, type Probe, probe } from '../../sandbox/needs';

const pulumi: Probe = {
  name: 'pulumi',
  args: ['version'],
  says: /^v(\d+\.\d+\.\d+)/m,
  least: '3.100',
};

const PACKAGES = 'npm install --save-dev @pulumi/pulumi@3 @pulumi/aws@7';

/** The CLI, which no package brings, and the packages that its program imports. */
async function look(): Promise<Found | string> {
  try {
    for (const name of ['@pulumi/pulumi', '@pulumi/aws']) require.resolve(`${name}/package.json`);
  } catch {
    return 'the packages @pulumi/pulumi and @pulumi/aws were not found';
  }
  return probe('pulumi', pulumi);
}

export const needs: Need = {
  name: 'pulumi',
  title: 'the Pulumi CLI',
  install: {
    Debian: `see www.pulumi.com/docs/iac/download-install for the CLI, then: ${PACKAGES}`,
    macOS: `brew install pulumi/tap/pulumi && ${PACKAGES}`,
  },
  look,
};
