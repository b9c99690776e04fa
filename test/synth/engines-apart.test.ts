/** Each engine's packages are optional: importing one engine's constructs loads nothing of another's. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

function loadedBy(folder: string): { packages: string[]; index: string[] } {
  const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
  const program = ['--import', 'tsx', 'test/synth/support/loaded-packages.ts'];
  return JSON.parse(execFileSync(process.execPath, [...program, ...files], { cwd: root, encoding: 'utf8' }));
}

test.each([
  ['constructs/pulumi', ['@pulumi/aws', '@pulumi/pulumi']],
  ['constructs/cdktf', ['@cdktf/provider-aws', 'cdktf', 'constructs']],
  ['constructs/aws-cdk', ['aws-cdk-lib', 'constructs']],
  ['constructs/graph', []],
  ['constructs/terraform', []],
])(
  '%s loads its own packages alone',
  (folder, own) => {
    const { packages, index } = loadedBy(folder);
    expect(packages).toEqual(own);
    // The index of the bindings takes ten times as long as all that is used of it.
    expect(index).toEqual([]);
  },
  60_000,
);
