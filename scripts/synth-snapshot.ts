/**
 * `npx tsx scripts/synth-snapshot.ts DIR`: writes all that both engines synthesize, for every environment at every stage,
 * for everything that an environment file can say or leave out, and for the stacks under `examples/`. Keys are sorted,
 * and so are said dependencies: what remains different between two folders is a change.
 *
 * Before a refactoring `npx tsx scripts/synth-snapshot.ts /tmp/before`, after it `… /tmp/after`, then
 * `diff -r /tmp/before /tmp/after`. `--quick` leaves out what files can say but do not.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import * as cdktf from 'cdktf';
import { stackOf as awsCdkStackOf } from '../stacks/aws-cdk/stacks';
import { stackOf as cdktfStackOf } from '../stacks/cdktf/stacks';
import { type Pinned, pinnedByHand, pinnedEnvironments, pinnedVariants } from '../test/synth/support/pinned';

const project = path.resolve(__dirname, '..');

/** Sorted by key; dependencies have no order. */
function sorted(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((one) => sorted(one));
    return key === 'depends_on' || key === 'DependsOn' ? [...new Set(items)].toSorted() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner, name)]),
  );
}

function write(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  // cdktf writes where a state is that has no other place.
  writeFileSync(file, `${JSON.stringify(sorted(value), null, 2).replaceAll(`${project}/`, '')}\n`);
}

/** The configuration, with the metadata that names each construct's path. */
function ofCdktf({ blueprint }: Pinned, outdir: string): unknown {
  const app = new cdktf.App({ outdir, stackTraces: false });
  const workingFolder = path.join(outdir, 'stacks', blueprint.environment);
  new cdktfStackOf[blueprint.stage](app, { blueprint, root: outdir, workingFolder });
  app.synth();
  return JSON.parse(readFileSync(path.join(workingFolder, 'cdk.tf.json'), 'utf8'));
}

/** The template, with the metadata that names each construct's path, and what the CLI is told beside it. */
function ofAwsCdk({ blueprint }: Pinned, outdir: string): unknown {
  // CDK's own check takes seconds for each app.
  const app = new cdk.App({
    outdir,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { ...CURRENTLY_RECOMMENDED_FLAGS },
  });
  new awsCdkStackOf[blueprint.stage](app, { blueprint });
  const stack = app.synth().getStackByName(blueprint.environment);
  const { terminationProtection, tags, environment } = stack;
  return { terminationProtection, tags, region: environment.region, template: stack.template };
}

/** What the program of an example writes, by file. */
function ofExample(program: string, outdir: string): [file: string, written: unknown][] {
  const env = { ...process.env, CDKTF_OUTDIR: outdir, CDK_OUTDIR: outdir };
  execFileSync('npx', ['tsx', program], { cwd: project, env, stdio: 'inherit' });
  return (readdirSync(outdir, { recursive: true }) as string[])
    .filter((file) => /(?:cdk\.tf|\.template)\.json$/.test(file))
    .map((file) => [file, JSON.parse(readFileSync(path.join(outdir, file), 'utf8'))]);
}

function writeAll(folder: string, quick: boolean): void {
  const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-snapshot-'));
  try {
    const all = [...pinnedEnvironments(), ...pinnedByHand(), ...(quick ? [] : pinnedVariants())];
    for (const [index, one] of all.entries()) {
      write(path.join(folder, `${one.name}.cdktf.json`), ofCdktf(one, path.join(scratch, `${index}-cdktf`)));
      write(path.join(folder, `${one.name}.aws-cdk.json`), ofAwsCdk(one, path.join(scratch, `${index}-cdk`)));
    }
    for (const example of ['cdktf-own-stack', 'aws-cdk-own-stack']) {
      for (const [file, written] of ofExample(`examples/${example}/main.ts`, path.join(scratch, example))) {
        write(path.join(folder, 'examples', example, file), written);
      }
    }
    process.stdout.write(`${all.length} environments, with each engine, and 2 examples: ${folder}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const parameters = process.argv.slice(2);
const [folder, ...more] = parameters.filter((one) => one !== '--quick');
if (folder === undefined || more.length > 0) {
  process.stderr.write('Say which folder to write into: npx tsx scripts/synth-snapshot.ts DIR [--quick]\n');
  process.exitCode = 2;
} else writeAll(path.resolve(folder), parameters.includes('--quick'));
