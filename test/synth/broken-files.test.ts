/** One broken file stops no other environment, and is never passed over in silence. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problems } from '../../constructs/problems';
import { synthesize as synthesizeCdk } from '../../stacks/aws-cdk/synthesize';
import type { EnvironmentFiles } from '../../stacks/blueprints';
import { commandIn } from '../../stacks/cdktf/asked';
import { synthesize as synthesizeTerraform } from '../../stacks/cdktf/synthesize';

const sound = (name: string, more = ''): string =>
  `name: ${name}\nstage: api\nregion: eu-central-1\n${more}apis:\n  orders:\n    image: ghcr.io/example/orders:1\n`;
// biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
const BROKEN = 'name: broken\nstage: api\nregion: eu-central-1\napis: { orders: { image: "x:${TAG}" } }\n';
const cdk = join(__dirname, '../../node_modules/.bin/cdk');
const cdktf = join(__dirname, '../../node_modules/.bin/cdktf');

let folder: string;
let environments: string;
let refused: string[];
let leftOut: string[];
let files: EnvironmentFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stagecraft-broken-'));
  environments = join(folder, 'environments');
  refused = [];
  leftOut = [];
  execFileSync('mkdir', [environments]);
  write('shop', sound('shop'));
  write('broken', BROKEN);
  write('local', sound('local', 'network: { cidr: 127.20.0.0/16 }\n'));
  files = {
    environments,
    refuse: ({ name }) => refused.push(name),
    leaveOut: (environment, why) => leftOut.push(`${environment} ${why}`),
  };
});

afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(environments, `${name}.yaml`), text);
const told = () => ({ refused, leftOut });

describe('CDKTF', () => {
  const options = () => ({ ...files, outdir: join(folder, 'cdktf.out'), root: folder });
  const stateAt = (name: string, resources: object[]) =>
    writeFileSync(join(folder, name), JSON.stringify({ resources }));

  test('synthesizes the others, and Terraform refuses to plan the broken one, saying why', () => {
    const stacks = synthesizeTerraform(options());
    expect(stacks.map(({ name }) => name)).toEqual(['shop']);
    expect(told()).toEqual({ refused: ['broken'], leftOut: ['local 127.20.0.0/16'] });
    const cwd = join(folder, 'cdktf.out/stacks/broken');
    execFileSync('terraform', ['init', '-input=false', '-no-color'], { cwd, stdio: 'pipe' });
    const plan = spawnSync('terraform', ['plan', '-input=false', '-no-color'], { cwd, encoding: 'utf8' });
    expect(plan.status).toBe(1);
    expect(plan.stderr).toContain('SUBSTITUTION');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
    expect(plan.stderr).toContain('${TAG}');
  });

  test('`cdktf synth` makes the others and fails, naming the file; what is about one environment does not', () => {
    const run = (command: string) =>
      spawnSync(cdktf, [command, '--output', join(folder, command)], {
        encoding: 'utf8',
        cwd: join(__dirname, '../..'),
        env: {
          ...process.env,
          STAGECRAFT_ENVIRONMENTS: environments,
          CI: 'true',
          DISABLE_VERSION_CHECK: '1',
          CHECKPOINT_DISABLE: '1',
        },
      });
    const made = (command: string) => existsSync(join(folder, command, 'stacks/shop/cdk.tf.json'));
    const synth = run('synth');
    expect([synth.status, made('synth')]).toEqual([1, true]);
    expect(synth.stdout + synth.stderr).toContain(`${join(environments, 'broken.yaml')}:4:`);
    const list = run('list');
    expect([list.status, made('list')]).toEqual([0, true]);
    write('broken', sound('broken'));
    expect(run('synth').status).toBe(0);
  }, 120_000);

  test.each([
    ['node /p/node_modules/.bin/cdktf synth', 'synth'],
    ['/usr/bin/cdktf --log-level=debug deploy shop', 'deploy'],
    ['node /p/cdktf.js synth', 'synth'],
    ['node /p/cdktf-app/main.js synth', undefined],
    ['node /p/cdktf', undefined],
    ['', undefined],
  ])('%j asks for %s', (line, command) => {
    expect(commandIn(line.split(' '))).toBe(command);
  });

  test('the library throws unless it is told how to refuse', () => {
    expect(() => synthesizeTerraform({ ...options(), refuse: undefined })).toThrow(Problems);
  });

  test('nothing is made when no environment is sound', () => {
    rmSync(join(environments, 'shop.yaml'));
    rmSync(join(environments, 'local.yaml'));
    expect(() => synthesizeTerraform(options())).toThrow(/SUBSTITUTION/);
    expect(refused).toEqual([]);
  });

  test.each([
    ['terraform.shop.us-east-1.tfstate', 'old `region:`'],
    ['terraform.shop.tfstate', '`mv terraform.shop.tfstate terraform.shop.eu-central-1.tfstate`'],
  ])('what %s speaks of is not lost from sight', (state, way) => {
    stateAt(state, [{}]);
    expect(() => synthesizeTerraform({ ...options(), only: ['shop'], refuse: undefined })).toThrow(
      new RegExp(`STATE_OTHER_REGION[\\s\\S]*${way}`),
    );
    write('other', sound('other'));
    expect(synthesizeTerraform(options()).map(({ name }) => name)).toEqual(['other']);
    expect(refused).toEqual(['broken', 'shop']);
  });

  test('its own state, that of an environment with a longer name, and an empty one are no obstacle', () => {
    stateAt('terraform.shop.eu-central-1.tfstate', [{}]);
    stateAt('terraform.shop-two.us-east-1.tfstate', [{}]);
    stateAt('terraform.shop.us-east-1.tfstate', []);
    expect(synthesizeTerraform({ ...options(), only: ['shop'] })).toHaveLength(1);
  });
});

describe('AWS CDK', () => {
  const run = (name: string) =>
    spawnSync(cdk, ['--app', join(folder, 'cdk.out'), 'synth', name, '--quiet'], {
      encoding: 'utf8',
      env: { ...process.env, CDK_DISABLE_VERSION_CHECK: '1', CI: 'true' },
      cwd: folder,
    });

  test('`cdk synth` makes the others and fails, naming the file', () => {
    synthesizeCdk({ ...files, outdir: join(folder, 'cdk.out') });
    const all = run('--all');
    expect(all.status).toBe(1);
    expect(all.stdout + all.stderr).toContain(`${join(environments, 'broken.yaml')}:4:`);
    expect(existsSync(join(folder, 'cdk.out/shop.template.json'))).toBe(true);
  }, 60_000);

  test('the cdk CLI takes the others, and refuses the broken one, saying why', () => {
    const stacks = synthesizeCdk({ ...files, outdir: join(folder, 'cdk.out') });
    expect(stacks.map(({ name }) => name)).toEqual(['shop']);
    expect(told()).toEqual({ refused: ['broken'], leftOut: ['local 127.20.0.0/16'] });
    const manifest = JSON.parse(readFileSync(join(folder, 'cdk.out/manifest.json'), 'utf8')) as {
      artifacts: Record<string, { properties?: { stackName?: string } }>;
    };
    expect(manifest.artifacts.broken?.properties?.stackName).toBe('refused-broken');
    expect(run('shop').status).toBe(0);
    const broken = run('broken');
    expect(broken.status).toBe(1);
    expect(broken.stdout + broken.stderr).toContain('SUBSTITUTION');
  }, 60_000);
});
