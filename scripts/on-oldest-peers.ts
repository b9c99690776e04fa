/**
 * `npm run test:peers`: the same sources on the oldest packages that `peerDependencies` allow, in a folder of its own. They
 * are type-checked, and what the engines synthesize there is compared. Downloads some hundred megabytes.
 */
import { inScratchProject, type Manifest } from './scratch-project';

const SUITES = [
  'test/synth/engines/environments',
  'test/synth/engines/waits',
  'test/synth/engines/pins',
  'test/synth/(cdktf|aws-cdk|pulumi)-stages',
  'test/synth/(cdktf|aws-cdk)-constructs',
  'test/synth/(cdktf|aws-cdk)-security',
  'test/synth/(aws-cdk|pulumi)-example',
];

/** The oldest version of a range such as `^2.276.0`. @throws Error when it is no such range */
export function oldestOf(range: string): string {
  const version = /^\^(\d+\.\d+\.\d+)$/.exec(range)?.[1];
  if (version === undefined) throw new Error(`A range of a peer is written as ^1.2.3, and this is ${range}.`);
  return version;
}

/** With each peer at its oldest, whatever npm would choose. */
export function withOldest(manifest: Manifest): Manifest {
  // It asks for newer constructs, and is used by tests alone.
  const { 'cdk-nag': _, ...others } = manifest.devDependencies;
  const oldest = Object.fromEntries(
    Object.entries(manifest.peerDependencies).map(([name, range]) => [name, oldestOf(range)]),
  );
  return { ...manifest, peerDependencies: {}, devDependencies: { ...others, ...oldest } };
}

if (require.main === module)
  inScratchProject('peers', withOldest, (run) => {
    run('npx', '--no-install', 'tsc', '--noEmit', '--project', 'tsconfig.build.json');
    run('npx', '--no-install', 'jest', ...SUITES);
  });
