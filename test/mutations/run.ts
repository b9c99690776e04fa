/**
 * `npm run test:mutations`: changes one thing in the source of an engine, in memory, and asks whether the facts tell that the
 * engines differ then. Each change must be caught. Then it makes changes that somebody may want, in a file of the
 * blueprint: each must change what every engine provisions, in the same way. `npm run test:mutations -- port` takes those
 * whose reason has that word.
 */
import type * as suite from '../synth/engines/suite';
import type * as pinned from '../synth/support/pinned';
import { type Mutation, mutated, mutations, wanted } from './mutations';
import { withChange } from './sources';

/** What is loaded anew for each change of an engine: all that makes of blueprints what engines synthesize. */
const ENGINES = /^(?:constructs\/(?:graph|terraform|cdktf|aws-cdk|pulumi)|stacks|test\/synth\/engines)\//;
/** And for each other one: what makes the blueprints, too. */
const EVERYTHING = /^(?:constructs|stacks|test\/(?:synth|unit))\//;

/** Environments in which each kind of resource stands, by name. */
const ENVIRONMENTS = [
  'prod/gateway',
  'every-field/gateway/full',
  'every-field/load-balanced/full',
  'dev/api',
];

function loadSuite(mutation?: Mutation): typeof suite {
  withChange(ENGINES, mutation);
  return require('../synth/engines/suite');
}

function casesNamed(names: readonly string[]): pinned.Pinned[] {
  const { pinnedEnvironments, pinnedFull }: typeof pinned = require('../synth/support/pinned');
  const all = [...pinnedEnvironments(), ...pinnedFull()];
  return names.flatMap((name) => all.find((one) => one.name === name) ?? []);
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

/** What each engine provisions of some environments, as text. @throws Error when they differ */
async function provisioned(change?: Mutation): Promise<Record<string, string>> {
  withChange(EVERYTHING, change);
  const { factsOf, faultsOf }: typeof suite = require('../synth/engines/suite');
  const said: Record<string, string> = {};
  for (const { name, blueprint } of casesNamed(['prod/load-balanced', 'prod/gateway'])) {
    const facts = await factsOf(blueprint);
    const [first] = faultsOf(blueprint, facts).unmeant;
    if (first !== undefined) throw new Error(`${name}: ${first}`);
    for (const [engine, { resources }] of Object.entries(facts)) {
      said[engine] = `${said[engine] ?? ''}${JSON.stringify([...resources])}`;
    }
  }
  return said;
}

async function wrongChanges(word: string): Promise<number> {
  const cases = casesNamed(ENVIRONMENTS);
  const without = await caughtBy(cases);
  if (without !== undefined) throw new Error(`The facts differ without any change.\n${without}`);
  let survivors = 0;
  for (const one of mutations.filter(({ why }) => why.includes(word))) {
    // A change that no longer fits is no change that is caught.
    mutated(one);
    const by = await caughtBy(cases, one);
    process.stdout.write(`${by === undefined ? 'NOT CAUGHT' : 'caught'}  ${one.file}: ${one.why}\n`);
    if (by !== undefined) process.stdout.write(`        ${by.slice(0, 160)}\n`);
    if (by === undefined) survivors += 1;
  }
  return survivors;
}

async function wantedChanges(word: string): Promise<number> {
  const before = await provisioned();
  let lost = 0;
  for (const one of wanted.filter(({ why }) => why.includes(word))) {
    const after = await provisioned(one);
    const same = Object.keys(before).filter((engine) => before[engine] === after[engine]);
    const found = same.length === 0 ? 'in all  ' : `NOT in ${same.join(', ')}`;
    process.stdout.write(`${found}  ${one.file}: ${one.why}\n`);
    lost += same.length;
  }
  return lost;
}

async function run(word = ''): Promise<number> {
  const started = performance.now();
  withChange(EVERYTHING);
  const chosen = [...mutations, ...wanted].filter(({ why }) => why.includes(word)).length;
  const survivors = await wrongChanges(word);
  const lost = await wantedChanges(word);
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(
    `${chosen} changes, ${survivors} not caught, ${lost} without effect, in ${seconds} s\n`,
  );
  return survivors + lost === 0 && chosen > 0 ? 0 : 1;
}

run(process.argv[2]).then(
  // At once: a program of Pulumi's that a change has broken leaves promises behind, which are rejected later.
  (code) => process.exit(code),
  (error: unknown) => {
    throw error;
  },
);
