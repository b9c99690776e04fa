/** An engine is one object: a folder in `stacks/` and a line in `stacks/engines.ts`. Nothing else names one. */
import { chooseEngine, preference } from '../../cli/choose-engine';
import { sourcesIn, textsOf } from '../../scripts/imports';
import type { Engine } from '../../stacks/engine';
import { chosenByDefault, engineNamed, engines, preferred, repairing } from '../../stacks/engines';
import { projectAt } from '../../stacks/project';
import { UserError } from '../../stacks/user-error';

const NAMES = /cdktf|\bcdk\b|terraform|pulumi/i;

/** What may name one all the same. */
const NAMED: readonly { readonly file: string; readonly text: RegExp; readonly because: string }[] = [
  {
    file: 'cli/main.ts',
    text: /^write an environment as a plain Terraform module,/,
    because: 'the module is for Terraform, whatever deploys else',
  },
  {
    file: 'cli/main.ts',
    text: /^\nExample:\n {2}npx stagecraft up --stage load-balanced --engine aws-cdk --https-port 9443$/,
    because: 'an example for people, who look for a name that they know',
  },
  {
    file: 'cli/main.ts',
    text: /^\nExample:\n {2}npx stagecraft init --engine cdktf --stage api\n/,
    because: 'an example for people, who look for a name that they know',
  },
  {
    file: 'cli/main.ts',
    text: /^variables that point Terraform, the cdk CLI and AWS SDKs at the running sandbox$/,
    because: 'a help text for people, who look for the programs that they know',
  },
  {
    file: 'cli/module.ts',
    text: /^\.\.\/constructs\/terraform\/module$/,
    because: 'the module is for Terraform, whatever deploys else',
  },
];

const named = [...sourcesIn('cli'), ...sourcesIn('sandbox')].flatMap((file) =>
  textsOf(file)
    .filter((text) => NAMES.test(text))
    .map((text) => ({ file, text })),
);

describe('the command line and the sandbox', () => {
  it('name no engine', () => {
    const isListed = (one: (typeof named)[number]) =>
      NAMED.some(({ file, text }) => file === one.file && text.test(one.text));
    expect(named.filter((one) => !isListed(one))).toEqual([]);
  });

  it.each(NAMED)('name one where it is listed, and no longer than that: $file $text', ({ file, text }) => {
    expect(named.filter((one) => one.file === file && text.test(one.text))).toHaveLength(1);
  });
});

describe('the list', () => {
  it('has each engine once, the preferred one first', () => {
    expect(engines.map(({ name }) => name)).toEqual(['cdktf', 'aws-cdk', 'pulumi']);
    expect(chosenByDefault().map(({ name }) => name)).toEqual(['cdktf', 'aws-cdk']);
    expect(preferred).toBe(engines[0]);
    expect(repairing.map(({ name }) => name)).toEqual(['cdktf', 'aws-cdk']);
  });

  it('finds by name, or says which there are', () => {
    expect(engineNamed('aws-cdk')).toBe(engines[1]);
    const wrong = () => engineNamed('ansible');
    expect(wrong).toThrow(UserError);
    expect(wrong).toThrow('There is no engine ansible. There are: cdktf, aws-cdk, pulumi.');
  });

  it('is read without the packages of any engine', () => {
    const packages = ['cdktf', 'aws-cdk-lib', 'constructs', '@pulumi/pulumi', '@pulumi/aws'];
    for (const name of packages) {
      jest.doMock(name, () => {
        throw new Error(`${name} was loaded`);
      });
    }
    try {
      jest.isolateModules(() => {
        expect(() => require('cdktf')).toThrow('cdktf was loaded');
        const read = require('../../stacks/engines') as typeof import('../../stacks/engines');
        expect(read.engines).toHaveLength(engines.length);
        expect(() => require('../../cli/main')).not.toThrow();
      });
    } finally {
      for (const name of packages) jest.dontMock(name);
    }
  });

  it('reads in a help text', () => {
    expect(preference()).toBe('cdktf, or aws-cdk without Terraform');
  });
});

describe('an engine that is put into the list', () => {
  const nowhere = projectAt('/nowhere');
  const fake = (name: string, there: boolean, more: Partial<Engine> = {}): Engine => ({
    name,
    title: name.toUpperCase(),
    steps: { prepare: 'prepare', plan: 'plan', apply: 'apply' },
    start: engineNamed('cdktf').start,
    needs: {
      name,
      title: name.toUpperCase(),
      install: { Debian: '', macOS: '' },
      look: async () => (there ? { path: name, version: '1' } : `${name} was not found`),
    },
    kept: {},
    synthesize: async () => {
      throw new Error('nothing is deployed here');
    },
    variables: () => ({}),
    deployCommand: (environment) => `${name} ${environment}`,
    ...more,
  });

  it('is chosen by its name', async () => {
    const mine = fake('mine', false, { onlyWhenAsked: true });
    expect(await chooseEngine(nowhere, 'mine', [...engines, mine])).toEqual({ engine: mine });
  });

  it('is chosen when it is the first that is there', async () => {
    const [first, second, third] = [fake('first', false), fake('second', false), fake('third', true)];
    expect(await chooseEngine(nowhere, undefined, [first, second, third])).toEqual({
      engine: third,
      why: 'first was not found, second was not found: deploying with THIRD.',
    });
    expect(await chooseEngine(nowhere, undefined, [third, first])).toEqual({ engine: third });
  });

  it('is chosen as the last one, whether it is there or not: what it lacks is said then', async () => {
    const [first, last] = [fake('first', false), fake('last', false)];
    const asked = fake('asked', true, { onlyWhenAsked: true });
    expect(await chooseEngine(nowhere, undefined, [first, last, asked])).toEqual({
      engine: last,
      why: 'first was not found: deploying with LAST.',
    });
    expect(preference([first, last, asked])).toBe('first, or last without FIRST');
  });
});
