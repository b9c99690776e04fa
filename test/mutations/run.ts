/**
 * `npm run test:mutations`: changes one thing in the source of an engine, in memory, and asks whether the facts tell that the
 * engines differ then. Each change must be caught. `npm run test:mutations -- port` takes those whose reason has that word.
 */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { transformSync } from 'esbuild';
import type * as suite from '../synth/engines/suite';
import type * as pinned from '../synth/support/pinned';
import { type Mutation, mutated, mutations, project } from './mutations';

type Load = (module: { _compile(code: string, file: string): void }, file: string) => void;
const extensions = (Module as unknown as { _extensions: Record<string, Load> })._extensions;

/** What is loaded anew for each change: all that makes of blueprints what engines synthesize. */
const RELOADED = /^(?:constructs\/(?:graph|terraform|cdktf|aws-cdk|pulumi)|stacks|test\/synth\/engines)\//;

/** Environments in which each kind of resource stands, by name. */
const ENVIRONMENTS = [
  'prod/gateway',
  'every-field/gateway/full',
  'every-field/load-balanced/full',
  'dev/api',
];

const compiled = new Map<string, string>();
const compile = (text: string): string =>
  transformSync(text, { loader: 'ts', format: 'cjs', target: 'node20' }).code;

function unchanged(file: string): string {
  const code = compiled.get(file) ?? compile(readFileSync(file, 'utf8'));
  compiled.set(file, code);
  return code;
}

/** Loads the suite, with one file changed. */
function loadSuite(mutation?: Mutation): typeof suite {
  for (const file of Object.keys(require.cache)) {
    if (RELOADED.test(path.relative(project, file))) delete require.cache[file];
  }
  const changed = mutation && path.join(project, mutation.file);
  const text = mutation && mutated(mutation);
  extensions['.ts'] = (module, file) =>
    module._compile(file === changed && text !== undefined ? compile(text) : unchanged(file), file);
  return require('../synth/engines/suite');
}

/** By what it is caught: the first difference, or the error that it leads to. */
async function caughtBy(cases: readonly pinned.Pinned[], mutation?: Mutation): Promise<string | undefined> {
  for (const { name, blueprint } of cases) {
    try {
      const { factsOf, faultsOf } = loadSuite(mutation);
      const [first] = faultsOf(blueprint, await factsOf(blueprint)).unmeant;
      if (first !== undefined) return `${name}: ${first}`;
    } catch (error) {
      return `${name}: ${(error as Error).message.split('\n')[0]}`;
    }
  }
  return undefined;
}

function casesOf(): pinned.Pinned[] {
  const { pinnedEnvironments, pinnedFull }: typeof pinned = require('../synth/support/pinned');
  const all = [...pinnedEnvironments(), ...pinnedFull()];
  return ENVIRONMENTS.flatMap((name) => all.find((one) => one.name === name) ?? []);
}

async function run(word = ''): Promise<number> {
  const started = performance.now();
  loadSuite();
  const cases = casesOf();
  const without = await caughtBy(cases);
  if (without !== undefined) throw new Error(`The facts differ without any change.\n${without}`);
  const chosen = mutations.filter(({ why }) => why.includes(word));
  let survivors = 0;
  for (const one of chosen) {
    // A change that no longer fits is no change that is caught.
    mutated(one);
    const by = await caughtBy(cases, one);
    process.stdout.write(`${by === undefined ? 'NOT CAUGHT' : 'caught'}  ${one.file}: ${one.why}\n`);
    if (by !== undefined) process.stdout.write(`        ${by.slice(0, 160)}\n`);
    if (by === undefined) survivors += 1;
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${chosen.length} changes, ${survivors} not caught, in ${seconds} s\n`);
  return survivors === 0 && chosen.length > 0 ? 0 : 1;
}

run(process.argv[2]).then(
  // At once: a program of Pulumi's that a change has broken leaves promises behind, which are rejected later.
  (code) => process.exit(code),
  (error: unknown) => {
    throw error;
  },
);
