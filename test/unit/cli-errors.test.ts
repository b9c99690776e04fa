/** Proves that an error is a sentence with a way out, told once, and one JSON document where --json asks for it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { told } from '../../cli/errors';
import { program } from '../../cli/main';
import { claimTable } from '../../cli/verify-command';
import { Problems } from '../../constructs/problems';
import { SandboxProblem } from '../../sandbox/folder';
import { UserError } from '../../stacks/user-error';

const root = join(__dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'stagecraft-cli-'));
afterAll(() => rmSync(project, { recursive: true }));
mkdirSync(join(project, 'elsewhere'));
writeFileSync(
  join(project, 'elsewhere/shop.yaml'),
  'name: shop\nstage: api\nregion: eu-central-1\napis:\n  orders:\n    image: example/orders:1\n    prot: 80\n',
);

/** As a person calls it, in a project without files of its own. */
function stagecraft(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const bin = join(root, 'bin/stagecraft.js');
  const { PATH = '', HOME = '' } = process.env;
  const given = { PATH, HOME, AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null', ...env };
  const options = { cwd: project, env: given, encoding: 'utf8', timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options);
  return { status, stdout, stderr };
}

const systemError = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: as the system says it`), { code, ...more });

describe('a sentence', () => {
  test.each([
    [
      'an address that no name server knows',
      systemError('ENOTFOUND', { hostname: 'api.example.com' }),
      'No name server knows api.example.com. Check the network, the region, and that the environment is deployed.',
    ],
    [
      'a port that nobody listens on, of several addresses',
      new AggregateError([systemError('ECONNREFUSED', { address: '127.0.0.1', port: 5100 })]),
      'Nothing listens on 127.0.0.1 port 5100. Is it deployed, or the sandbox up? See: npx stagecraft status',
    ],
    ['a folder that is not there', systemError('ENOENT', { path: '/no/such' }), 'There is no /no/such.'],
    [
      'a package of an engine',
      Object.assign(new Error("Cannot find module '@cdktf/provider-aws/lib/vpc'\nRequire stack: …"), {
        code: 'MODULE_NOT_FOUND',
      }),
      'The package @cdktf/provider-aws is not installed, and this needs it: npm install @cdktf/provider-aws',
    ],
    [
      'a cluster that is not deployed',
      Object.assign(new Error('Cluster not found.'), { name: 'ClusterNotFoundException', $metadata: {} }),
      'The environment is not deployed: there is no ECS cluster of it in this account and region. Deploy it first (in the sandbox: npx stagecraft up).',
    ],
    [
      'what AWS refuses',
      Object.assign(new Error('not allowed'), { name: 'AccessDeniedException', $metadata: {} }),
      'AWS answered AccessDeniedException: not allowed',
    ],
    ['what a person can mend', new UserError('do this'), 'do this'],
    ['what a sandbox lacks', new SandboxProblem('busy', 'wait'), 'wait'],
  ])('%s', (_, error, message) => {
    expect(told(error, false)).toEqual({ code: 'FAILED', message });
  });

  test('only what nobody expects names the variable that shows where it is from', () => {
    expect(told(new TypeError('x is undefined'), false)).toEqual({
      code: 'UNEXPECTED',
      message: 'x is undefined\nSet STAGECRAFT_DEBUG=1 to see where.',
    });
    expect(told(new UserError('do this'), true).message).toContain('cli-errors.test');
  });

  test('problems are told by their places', () => {
    const problem = {
      code: 'X',
      path: ['a'],
      message: 'Wrong.',
      file: join(process.cwd(), 'b.yaml'),
      line: 1,
    };
    expect(told(new Problems([problem]), false)).toEqual({
      code: 'PROBLEMS',
      message: 'b.yaml:1  X  a\n  Wrong.\n\n1 problem',
      problems: [{ ...problem, file: 'b.yaml' }],
    });
  });
});

describe('the command line', () => {
  test.each([
    [['status', '--json']],
    [['up', '--json']],
    [['down', '--no-such', '--json']],
    [['usage', 'shop', '--since', 'ever', '--json']],
  ])('%j fails with one JSON document', (args) => {
    const { status, stdout, stderr } = stagecraft(args);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect(error.message).not.toMatch(/ENOENT|scandir|\n {4}at /);
    expect(['FAILED', 'USAGE', 'PROBLEMS']).toContain(error.code);
  });

  test.each([
    [['up', 'shop']],
    [['status', 'shop']],
    [['verify', 'shop']],
    [['usage', 'shop']],
    [['token', 'shop']],
    [['repair', 'shop']],
    [['module', '--environment', 'shop']],
    [['consumers', 'list', '--environment', 'shop']],
    [['consumers', 'add', 'acme', '--environment', 'shop']],
    [['consumers', 'remove', 'acme', '--environment', 'shop']],
  ])('%j reads the files of STAGECRAFT_ENVIRONMENTS', async (args) => {
    process.env.STAGECRAFT_ENVIRONMENTS = join(project, 'elsewhere');
    const ran = program().parseAsync(['node', 'stagecraft', ...args]);
    const error = await ran.then(() => undefined, told);
    delete process.env.STAGECRAFT_ENVIRONMENTS;
    expect(error?.problems).toEqual([
      expect.objectContaining({ code: 'UNKNOWN_KEY', path: ['apis', 'orders', 'prot'] }),
    ]);
  });

  test('what is wrong is told once', () => {
    const { status, stdout, stderr } = stagecraft(['up', 'shop'], { STAGECRAFT_ENVIRONMENTS: 'elsewhere' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.match(/elsewhere\/shop\.yaml:7:5 {2}UNKNOWN_KEY {2}apis\.orders\.prot\n/g)).toHaveLength(1);
    expect(stderr).toMatch(/1 problem\n$/);
  });

  test('whoever reads no further ends nothing with an error', async () => {
    const child = spawn(process.execPath, [join(root, 'bin/stagecraft.js'), 'down'], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Before it has begun to write.
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

test('the table of claims is never wider than the terminal, and leaves nothing out', () => {
  const evidence = `${'a '.repeat(60)}${'b'.repeat(150)}`;
  const claim = { id: 'x', title: 'c '.repeat(40), result: 'holds', evidence, milliseconds: 1 } as const;
  for (const columns of [60, 100]) {
    const lines = claimTable([claim], columns).split('\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    const bare = lines.map((line) => line.replace(/\u001b\[\d+m/g, ''));
    expect(Math.max(...bare.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(bare.join('').split('b').length - 1).toBe(150);
    expect(bare.slice(1).join('').split('a').length - 1).toBe(60);
  }
});
