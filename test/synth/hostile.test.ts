/**
 * Whatever stands in an environment file, it is refused with all that is wrong, or every engine makes something of it: no
 * file makes the product fail in another way. `HOSTILE_FILES=1500` reads so many, `HOSTILE_SEED` others.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import { formatProblems, Problems } from '../../constructs/problems';
import { terraformModule } from '../../constructs/terraform/module';
import { onThisMachine } from '../../sandbox/stand-ins';
import { synthesize as synthesizeAwsCdk } from '../../stacks/aws-cdk/synthesize';
import { synthesize as synthesizeCdktf } from '../../stacks/cdktf/synthesize';
import { factsOfPulumi } from './engines/pulumi';
import { configurationOf, templateOf } from './engines/synthesized';
import { CHANGES, changed, hostile, textOf } from './support/hostile';
import { readData } from './support/read-data';

const { HOSTILE_FILES = '100', HOSTILE_SEED = '7' } = process.env;
const count = Number(HOSTILE_FILES);

type Tree = Record<string, unknown>;

/** @returns undefined when it is refused, as it should be: in words */
function read(text: string): ReturnType<typeof parseEnvironment> | undefined {
  try {
    return parseEnvironment(text, 'any.yaml');
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(formatProblems(error.problems)).not.toMatch(/\[object|\bundefined\b|function |native code/);
    return undefined;
  }
}

async function make(text: string): Promise<void> {
  const environment = parseEnvironment(text, 'any.yaml');
  const blueprint = resolve(environment);
  configurationOf(blueprint);
  templateOf(blueprint);
  await factsOfPulumi(blueprint);
  terraformModule(blueprint);
  onThisMachine(readData(text), environment, { sample: ['node'], folder: '.stagecraft/sandbox' });
}

/** All that it does not expect, with the file that it was. */
async function told<Result>(text: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nof this file:\n${text}`);
  }
}

test(`${count} files, seed ${HOSTILE_SEED}`, async () => {
  const outcomes = { refused: 0, accepted: 0, made: 0 };
  const accepts = async (text: string): Promise<boolean> => {
    const good = (await told(text, () => read(text))) !== undefined;
    outcomes[good ? 'accepted' : 'refused']++;
    return good;
  };
  const property = fc.asyncProperty(hostile, async ({ base, changes, slip: [at, text] }) => {
    let tree: Tree = base;
    for (const one of changes) {
      const next = changed(tree, one);
      if (await accepts(textOf(next))) tree = next;
    }
    const whole = textOf(tree);
    await accepts(`${whole.slice(0, at % whole.length)}${text}${whole.slice(at % whole.length)}`);
    if (tree === base) return;
    await told(whole, () => make(whole));
    outcomes.made++;
  });
  const numRuns = Math.ceil(count / (CHANGES + 1));
  await fc.assert(property, { numRuns, seed: Number(HOSTILE_SEED), endOnFailure: true });
  process.stdout.write(
    `hostile files: ${Object.entries(outcomes)
      .map((one) => one.join(' '))
      .join(', ')}\n`,
  );
  expect(outcomes.refused).toBeGreaterThan(count / 10);
  expect(outcomes.made).toBeGreaterThan(count / 50);
}, 3_600_000);

test.each([
  ['cdktf', synthesizeCdktf],
  ['aws-cdk', synthesizeAwsCdk],
] as const)(
  '%s: a file called as something of the language is refused, and stops no other one',
  (_, synthesize) => {
    const environments = mkdtempSync(path.join(tmpdir(), 'stagecraft-names-'));
    try {
      const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '.', 'shop'];
      for (const name of names) {
        const text = `name: ${name}\nstage: api\nregion: eu-central-1\napis: { orders: { image: example/orders:1 } }\n`;
        writeFileSync(path.join(environments, `${name}.yaml`), text);
      }
      const refused: string[] = [];
      const made = synthesize({
        environments,
        outdir: path.join(environments, 'out'),
        refuse: ({ name }) => void refused.push(name),
      });
      expect(made.map(({ name }) => name)).toEqual(['shop']);
      expect(refused.toSorted()).toEqual(['.', '__proto__', 'constructor', 'hasOwnProperty', 'toString']);
    } finally {
      rmSync(environments, { recursive: true });
    }
  },
);
