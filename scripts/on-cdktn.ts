/**
 * `npm run test:cdktn`: the same sources on CDK Terrain, the continuation of CDK for Terraform. In a folder of its own the
 * packages are taken by npm's aliases, as docs/engines.md says, and the facts of what CDKTF's stacks synthesize there are compared with
 * the other engines'. Downloads some hundred megabytes.
 */
import { inScratchProject, type Manifest } from './scratch-project';

/** What a project that switches writes into its package.json. */
export const ALIASES = {
  cdktf: 'npm:cdktn@0.24',
  '@cdktf/provider-aws': 'npm:@cdktn/provider-aws@25',
  cdktn: '0.24',
  // CDK Terrain takes no newer one.
  constructs: '~10.7',
} as const;

const SUITES = ['test/synth/engines/environments', 'test/synth/engines/waits', 'test/synth/cdktf-stages'];

function withAliases(manifest: Manifest): Manifest {
  const { cdktf: _, 'cdktf-cli': __, '@cdktf/provider-aws': ___, ...others } = manifest.devDependencies;
  return { ...manifest, peerDependencies: {}, devDependencies: { ...others, ...ALIASES } };
}

if (require.main === module)
  inScratchProject('cdktn', withAliases, (run) => run('npx', '--no-install', 'jest', ...SUITES));
