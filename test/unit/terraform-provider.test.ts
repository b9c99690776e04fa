import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProvider, terraformEnvironment } from '../../stacks/cdktf/terraform-provider';

let machine: string;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'stagecraft-provider-'));
});

afterEach(() => rmSync(machine, { recursive: true }));

const system = process.platform === 'win32' ? 'windows' : process.platform;
const platform = `${system}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** Puts the AWS provider below a folder, unpacked. */
function mirror(folder: string, names = { namespace: 'hashicorp', provider: 'aws', platform }): string {
  const { namespace, provider } = names;
  const path = join(machine, folder);
  mkdirSync(join(path, 'registry.terraform.io', namespace, provider, '5.100.0', names.platform), {
    recursive: true,
  });
  return path;
}

function file(name: string, text: string): string {
  const path = join(machine, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const find = (variables: NodeJS.ProcessEnv = {}) =>
  findProvider({ HOME: join(machine, 'home'), XDG_DATA_DIRS: join(machine, 'share'), ...variables }, [
    join(machine, 'opt'),
    join(machine, 'usr-share'),
  ]);

const access = {
  region: 'eu-central-1',
  endpoint: 'http://localhost:5100',
  credentials: { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'hidden' },
};

describe('the provider', () => {
  it('comes from the registry when it is nowhere', () => {
    expect(find()).toEqual({});
  });

  it('comes from the mirror that is named, before any other', () => {
    mirror('opt/plugins');
    file('home/.terraformrc', 'provider_installation {\n  direct {}\n}\n');
    expect(find({ TF_PLUGIN_MIRROR: '/some/mirror' })).toEqual({ mirror: '/some/mirror' });
  });

  it.each([
    'home/.terraform.d/plugins',
    'home/.local/share/terraform/plugins',
    'home/Library/Application Support/io.terraform/plugins',
    'share/terraform/plugins',
  ])('is found where Terraform looks by itself: %s', (folder) => {
    mirror('opt/plugins');
    const found = mirror(folder);
    expect(find()).toEqual({ mirror: found });
  });

  it('is found where XDG_DATA_HOME points', () => {
    expect(find({ XDG_DATA_HOME: join(machine, 'data') })).toEqual({});
    const found = mirror('data/terraform/plugins');
    expect(find({ XDG_DATA_HOME: join(machine, 'data') })).toEqual({ mirror: found });
  });

  it.each(['opt', 'opt/tf-plugins', 'opt/image/plugins', 'usr-share/terraform', 'usr-share/a/b'])(
    'is found where images keep add-on software: %s',
    (folder) => {
      expect(find()).toEqual({});
      const found = mirror(folder);
      expect(find()).toEqual({ mirror: found });
    },
  );

  it('is not looked for deeper than two levels', () => {
    mirror('opt/a/b/c');
    expect(find()).toEqual({});
  });

  it('may be packed', () => {
    const path = join(machine, 'opt/plugins');
    const zip = `terraform-provider-aws_5.100.0_${platform}.zip`;
    file(`opt/plugins/registry.terraform.io/hashicorp/aws/${zip}`, '');
    expect(find()).toEqual({ mirror: path });
  });

  it.each([
    ['another platform', { namespace: 'hashicorp', provider: 'aws', platform: 'plan9_mips' }],
    ['another provider', { namespace: 'hashicorp', provider: 'random', platform }],
    ['another namespace', { namespace: 'someone', provider: 'aws', platform }],
  ])('is not taken from a mirror of %s', (_, names) => {
    mirror('opt/plugins', names);
    expect(find()).toEqual({});
  });
});

describe("the user's own configuration", () => {
  const text = 'provider_installation {\n  filesystem_mirror {\n    path = "/srv/mirror"\n  }\n}\n';

  it.each([
    ['TF_CLI_CONFIG_FILE', 'own.rc', (path: string) => ({ TF_CLI_CONFIG_FILE: path })],
    ['~/.terraformrc', 'home/.terraformrc', () => ({})],
  ])('is left as it is, its mirror known: %s', (_, name, variables) => {
    mirror('opt/plugins');
    const configuration = file(name, text);
    const source = find(variables(configuration));
    expect(source).toEqual({ configuration, mirror: '/srv/mirror' });
    const environment = terraformEnvironment(join(machine, 'state'), access, source);
    expect(environment.TF_CLI_CONFIG_FILE).toBe(configuration);
    expect(readFileSync(configuration, 'utf8')).toBe(text);
  });

  it('counts only when it says where providers come from', () => {
    file('home/.terraformrc', 'credentials "app.terraform.io" {\n  token = "x"\n}\n');
    const found = mirror('opt/plugins');
    expect(find()).toEqual({ mirror: found });
  });

  it('counts only when it exists', () => {
    const found = mirror('opt/plugins');
    expect(find({ TF_CLI_CONFIG_FILE: join(machine, 'gone') })).toEqual({ mirror: found });
  });
});

describe('the variables', () => {
  it('point at the sandbox, at no profile of the user, and at a configuration that names the mirror', () => {
    const path = mirror('opt/plugins');
    mirror('opt/plugins', { namespace: 'hashicorp', provider: 'random', platform });
    const state = join(machine, 'state');
    expect(terraformEnvironment(state, access, { mirror: path })).toEqual({
      AWS_ENDPOINT_URL: 'http://localhost:5100',
      AWS_ACCESS_KEY_ID: 'AKIASANDBOX',
      AWS_SECRET_ACCESS_KEY: 'hidden',
      AWS_REGION: 'eu-central-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '2',
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      TF_CLI_CONFIG_FILE: join(state, 'terraform.rc'),
    });
    const providers = '["registry.terraform.io/hashicorp/aws","registry.terraform.io/hashicorp/random"]';
    expect(readFileSync(join(state, 'terraform.rc'), 'utf8')).toBe(
      [
        'provider_installation {',
        '  filesystem_mirror {',
        `    path    = "${path}"`,
        `    include = ${providers}`,
        '  }',
        '  direct {',
        `    exclude = ${providers}`,
        '  }',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('leave Terraform alone where there is no mirror', () => {
    const state = join(machine, 'state');
    expect(terraformEnvironment(state, access, {})).not.toHaveProperty('TF_CLI_CONFIG_FILE');
    expect(() => readFileSync(join(state, 'terraform.rc'))).toThrow('ENOENT');
  });
});
