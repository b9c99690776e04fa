import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast } from '../../sandbox/needs';
import { checkPrerequisites, explainMissing, type PrerequisiteOptions } from '../../sandbox/prerequisites';
import { engineNamed } from '../../stacks/engines';

/** A machine that has only the programs which a test puts on it. */
let machine: string;
const path = process.env.PATH;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'stagecraft-prerequisites-'));
  mkdirSync(join(machine, 'bin'));
  process.env.PATH = join(machine, 'bin');
});

afterEach(() => {
  process.env.PATH = path;
  rmSync(machine, { recursive: true });
});

function program(name: string, script: string): void {
  const file = join(machine, 'bin', name);
  writeFileSync(file, `#!/bin/sh\nPATH=/bin:/usr/bin\n${script}\n`);
  chmodSync(file, 0o755);
}

const terraform = (version: string) =>
  program('terraform', `echo "Terraform v${version}"; echo "on linux_amd64"`);
const haproxy = (version: string) =>
  program('haproxy', `echo "HAProxy version ${version}-1+deb12u4 2026/10/17 - https://haproxy.org/"`);
const pythonWithMoto = (version: string) => program('python3', `echo "moto ${version} /usr/bin/python3.11"`);

/** Makes a virtual environment whose python has moto once pip was run; notes what pip was asked for. */
const pythonWithoutMoto = (pip: string) =>
  program(
    'python3',
    `case "$*" in
      --version) echo "Python 3.11.2";;
      "-m venv "*)
        mkdir -p "$3/bin"
        cat > "$3/bin/python" <<'END'
#!/bin/sh
case "$*" in
  "-m pip "*) ${pip};;
  *) [ -f "$0.moto" ] && echo "moto 5.2.1 $0";;
esac
END
        chmod 755 "$3/bin/python";;
      *) echo "ModuleNotFoundError: No module named 'moto'" >&2; exit 1;;
    esac`,
  );

const neededBy = (engine: string) => [engineNamed(engine).needs];

const check = (more: Partial<PrerequisiteOptions> = {}) =>
  checkPrerequisites({
    needs: neededBy('cdktf'),
    stateFolder: join(machine, '.stagecraft', 'sandbox'),
    mayInstallPackages: false,
    ...more,
  });

describe('versions', () => {
  it.each([
    ['2.6.12', '2.6', true],
    ['2.6.0', '2.6', true],
    ['2.10.0', '2.6', true],
    ['2.5.14', '2.6', false],
    ['1.11.4', '1.11', true],
    ['1.9.8', '1.11', false],
    ['3.0', '2.6', true],
    ['5.2', '5.2.1', false],
  ])('%s is at least %s: %s', (version, least, expected) => {
    expect(atLeast(version, least)).toBe(expected);
  });
});

describe('what is found', () => {
  it('is told with its version, and the python that moto was found in', async () => {
    terraform('1.11.4');
    haproxy('2.6.12');
    pythonWithMoto('5.2.1');
    expect(await check()).toEqual({
      found: {
        terraform: { path: 'terraform', version: '1.11.4' },
        python: { path: '/usr/bin/python3.11', version: '5.2.1' },
        haproxy: { path: 'haproxy', version: '2.6.12' },
      },
      missing: [],
    });
  });

  it.each([
    ['terraform', () => terraform('1.10.5'), 'terraform 1.10.5 was found; 1.11 or newer is needed'],
    ['haproxy', () => haproxy('2.4.22'), 'haproxy 2.4.22 was found; 2.6 or newer is needed'],
  ])('must not be too old: %s', async (name, install, why) => {
    terraform('1.11.4');
    haproxy('2.6.12');
    pythonWithMoto('5.2.1');
    install();
    const { missing } = await check();
    expect(missing.map((one) => [one.name, one.why])).toEqual([[name, why]]);
  });
});

describe('what is missing', () => {
  it('is named, each with the command that installs it', async () => {
    const { found, missing } = await check();
    expect(found).toEqual({});
    const folder = join(machine, '.stagecraft', 'python');
    const venv = `python3 -m venv ${folder} && ${folder}/bin/pip install 'moto[server]>=5.2'`;
    expect(missing).toEqual([
      {
        name: 'terraform',
        why: 'terraform was not found',
        install: {
          Debian:
            'see developer.hashicorp.com/terraform/install for the package source, then: apt-get install terraform',
          macOS: 'brew tap hashicorp/tap && brew install hashicorp/tap/terraform',
        },
      },
      {
        name: 'python',
        why: 'python3 was not found',
        install: {
          Debian: `apt-get install python3 python3-venv && ${venv}`,
          macOS: `brew install python && ${venv}`,
        },
      },
      {
        name: 'haproxy',
        why: 'haproxy was not found',
        install: { Debian: 'apt-get install haproxy', macOS: 'brew install haproxy' },
      },
    ]);
  });

  it('reads as a list', () => {
    const install = { Debian: 'apt-get install haproxy', macOS: 'apt-get install haproxy' };
    expect(explainMissing([{ name: 'haproxy', why: 'haproxy was not found', install }])).toBe(
      'This is needed and missing:\n  haproxy: haproxy was not found\n    install: apt-get install haproxy',
    );
  });
});

describe('Terraform', () => {
  beforeEach(() => {
    haproxy('2.6.12');
    pythonWithMoto('5.2.1');
  });

  it('is needed by the engine cdktf', async () => {
    const { missing } = await check({ needs: neededBy('cdktf') });
    expect(missing.map(({ name }) => name)).toEqual(['terraform']);
  });

  it('is not looked for where nothing asks for it', async () => {
    expect((await check({ needs: [] })).missing).toEqual([]);
  });

  it('is not even looked for where AWS CDK deploys', async () => {
    program('terraform', `touch ${join(machine, 'called')}; echo "Terraform v1.11.4"`);
    expect(await check({ needs: neededBy('aws-cdk') })).toStrictEqual({
      found: {
        'aws-cdk': {
          path: require.resolve('aws-cdk/bin/cdk'),
          version: (require('aws-cdk/package.json') as { version: string }).version,
        },
        python: { path: '/usr/bin/python3.11', version: '5.2.1' },
        haproxy: { path: 'haproxy', version: '2.6.12' },
      },
      missing: [],
    });
    expect(existsSync(join(machine, 'called'))).toBe(false);
  });
});

describe('the packages of AWS CDK', () => {
  const checkWith = async (cdk: () => unknown) => {
    jest.doMock('aws-cdk/package.json', cdk, { virtual: true });
    let needs = engineNamed('aws-cdk').needs;
    jest.isolateModules(() => {
      ({ needs } = require('../../stacks/aws-cdk/needs') as typeof import('../../stacks/aws-cdk/needs'));
    });
    const { missing } = await check({ needs: [needs] });
    return missing.filter(({ name }) => name === 'aws-cdk');
  };
  const install = 'npm install --save-dev aws-cdk@2 aws-cdk-lib@2';
  const missing = (why: string) => [{ name: 'aws-cdk', why, install: { Debian: install, macOS: install } }];

  afterEach(() => {
    jest.dontMock('aws-cdk/package.json');
    jest.resetModules();
  });

  it.each(['2.1147.9', '3.0.0'])('%s of the CLI will not do', async (version) => {
    expect(await checkWith(() => ({ version }))).toEqual(
      missing(`aws-cdk ${version} was found; 2.1148 or newer of major 2 is needed`),
    );
  });

  it('are named with what installs them when they are not there', async () => {
    const absent = () => {
      throw new Error('Cannot find module');
    };
    expect(await checkWith(absent)).toEqual(missing('the packages aws-cdk and aws-cdk-lib were not found'));
  });
});

describe('moto', () => {
  beforeEach(() => {
    terraform('1.11.4');
    haproxy('2.6.12');
  });

  it('goes into a virtual environment beside the sandbox, after saying so, and is found there the next time', async () => {
    pythonWithoutMoto('echo "$*" > "$0.asked"; : > "$0.moto"');
    const said: string[] = [];
    const folder = join(machine, '.stagecraft', 'python');
    const python = join(folder, 'bin', 'python');
    const { found, missing } = await check({ say: (text) => said.push(text) });
    expect(missing).toEqual([]);
    expect(found.python).toEqual({ path: python, version: '5.2.1' });
    expect(said).toEqual([`moto is missing: installing it into ${folder}`]);
    expect(readFileSync(`${python}.asked`, 'utf8')).toBe('-m pip install --quiet moto[server]>=5.2\n');

    const again: string[] = [];
    expect((await check({ say: (text) => again.push(text) })).found.python).toEqual({
      path: python,
      version: '5.2.1',
    });
    expect(again).toEqual([]);
  });

  it('that cannot be installed is missing, with what pip said', async () => {
    pythonWithoutMoto(
      'echo "ERROR: No matching distribution found for moto"; echo "[notice] new pip"; exit 1',
    );
    const { missing } = await check();
    expect(missing.map(({ name, why }) => [name, why])).toEqual([
      ['python', 'moto could not be installed: ERROR: No matching distribution found for moto'],
    ]);
  });
});

describe('haproxy', () => {
  beforeEach(() => {
    terraform('1.11.4');
    pythonWithMoto('5.2.1');
  });

  it('is installed from the Debian package, after saying so', async () => {
    const bin = join(machine, 'bin');
    program(
      'apt-get',
      `echo "$*" >> ${bin}/asked
      [ "$1" = install ] && printf '#!/bin/sh\\necho "HAProxy version 2.6.12"\\n' > ${bin}/haproxy && chmod 755 ${bin}/haproxy
      exit 0`,
    );
    const said: string[] = [];
    const { found } = await check({ say: (text) => said.push(text), mayInstallPackages: true });
    expect(found.haproxy).toEqual({ path: 'haproxy', version: '2.6.12' });
    expect(said).toEqual([
      'HAProxy is missing: installing the Debian package haproxy (apt-get install haproxy)',
    ]);
    expect(readFileSync(join(bin, 'asked'), 'utf8')).toBe('update -qq\ninstall -y -qq haproxy\n');
  });

  it('that apt-get does not find is missing, with what it said', async () => {
    program('apt-get', 'echo "E: Unable to locate package haproxy" >&2; exit 100');
    const { missing } = await check({ mayInstallPackages: true });
    expect(missing.map(({ name, why }) => [name, why])).toEqual([
      ['haproxy', 'it could not be installed: E: Unable to locate package haproxy'],
    ]);
  });

  it('is left to the user where packages are not ours to install', async () => {
    program('apt-get', `touch ${join(machine, 'called')}`);
    const { missing } = await check({ mayInstallPackages: false });
    expect(missing.map(({ name }) => name)).toEqual(['haproxy']);
    expect(() => readFileSync(join(machine, 'called'))).toThrow('ENOENT');
  });

  it.each([undefined, '', 'false'])('is left to the user outside CI: CI is %j', async (ci) => {
    const before = process.env.CI;
    if (ci === undefined) delete process.env.CI;
    else process.env.CI = ci;
    program('apt-get', `touch ${join(machine, 'called')}`);
    const { missing } = await check({ mayInstallPackages: undefined });
    if (before === undefined) delete process.env.CI;
    else process.env.CI = before;
    expect(missing.map(({ name }) => name)).toEqual(['haproxy']);
    expect(existsSync(join(machine, 'called'))).toBe(false);
  });
});
