import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  initTerraform,
  parseEvent,
  runTerraform,
  TerraformError,
  type TerraformOptions,
} from '../../stacks/cdktf/terraform';

/** Lines of Terraform 1.11.4. */
const recorded = {
  version:
    '{"@level":"info","@message":"Terraform 1.11.4","@module":"terraform.ui","@timestamp":"2026-11-24T07:46:45.994570Z","terraform":"1.11.4","type":"version","ui":"1.2"}',
  planned:
    '{"@level":"info","@message":"aws_secretsmanager_secret.consumers: Plan to create","@module":"terraform.ui","@timestamp":"2026-11-24T07:47:01.329510Z","change":{"resource":{"addr":"aws_secretsmanager_secret.consumers","module":"","resource":"aws_secretsmanager_secret.consumers","implied_provider":"aws","resource_type":"aws_secretsmanager_secret","resource_name":"consumers","resource_key":null},"action":"create"},"type":"planned_change"}',
  start:
    '{"@level":"info","@message":"terraform_data.slow: Creating...","@module":"terraform.ui","@timestamp":"2026-11-24T08:02:32.327157Z","hook":{"resource":{"addr":"terraform_data.slow","module":"","resource":"terraform_data.slow","implied_provider":"terraform","resource_type":"terraform_data","resource_name":"slow","resource_key":null},"action":"create"},"type":"apply_start"}',
  progress:
    '{"@level":"info","@message":"terraform_data.slow: Still creating... [10s elapsed]","@module":"terraform.ui","@timestamp":"2026-11-24T08:02:42.328709Z","hook":{"resource":{"addr":"terraform_data.slow","module":"","resource":"terraform_data.slow","implied_provider":"terraform","resource_type":"terraform_data","resource_name":"slow","resource_key":null},"action":"create","elapsed_seconds":10},"type":"apply_progress"}',
  error:
    '{"@level":"error","@message":"Error: local-exec provisioner error","@module":"terraform.ui","@timestamp":"2026-11-24T08:02:43.383561Z","diagnostic":{"severity":"error","summary":"local-exec provisioner error","detail":"exit status 3","address":"terraform_data.slow"},"type":"diagnostic"}',
  summary:
    '{"@level":"info","@message":"Apply complete! Resources: 2 added, 0 changed, 0 destroyed.","@module":"terraform.ui","@timestamp":"2026-11-24T07:47:07.512039Z","changes":{"add":2,"change":0,"import":0,"remove":0,"operation":"apply"},"type":"change_summary"}',
};

describe('an event', () => {
  it.each([
    [recorded.version, { type: 'version', level: 'info', message: 'Terraform 1.11.4' }],
    [
      recorded.planned,
      {
        type: 'planned_change',
        level: 'info',
        address: 'aws_secretsmanager_secret.consumers',
        action: 'create',
        message: 'aws_secretsmanager_secret.consumers: Plan to create',
      },
    ],
    [
      recorded.progress,
      {
        type: 'apply_progress',
        level: 'info',
        address: 'terraform_data.slow',
        action: 'create',
        elapsedSeconds: 10,
        message: 'terraform_data.slow: Still creating... [10s elapsed]',
      },
    ],
    [
      recorded.error,
      {
        type: 'diagnostic',
        level: 'error',
        address: 'terraform_data.slow',
        message: 'local-exec provisioner error: exit status 3',
      },
    ],
    [
      recorded.summary,
      {
        type: 'change_summary',
        level: 'info',
        message: 'Apply complete! Resources: 2 added, 0 changed, 0 destroyed.',
      },
    ],
  ])('is read from %s', (line, expected) => {
    expect(parseEvent(line)).toEqual(expected);
  });

  it.each(['', 'Initializing the backend...', '3', 'null', '{"format_version":"1.2"}'])(
    'is not seen in %j',
    (line) => {
      expect(parseEvent(line)).toBeUndefined();
    },
  );
});

describe('running Terraform', () => {
  let folder: string;
  let options: TerraformOptions;
  const variables = { ...process.env };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagecraft-terraform-'));
    mkdirSync(join(folder, 'bin'));
    process.env.PATH = join(folder, 'bin');
    options = { folder, environment: { AWS_REGION: 'eu-central-1' } };
  });

  afterEach(() => {
    process.env = { ...variables };
    rmSync(folder, { recursive: true });
  });

  /** Stands for Terraform in this test. */
  function terraform(script: string): void {
    const file = join(folder, 'bin', 'terraform');
    writeFileSync(file, `#!/bin/sh\nPATH=/bin:/usr/bin\n${script}\n`);
    chmodSync(file, 0o755);
  }

  it('hands on each line when it comes, and gives the whole', async () => {
    terraform(`pwd; echo "$*"; echo '${recorded.summary}'`);
    const lines: string[] = [];
    const result = await runTerraform(options, ['apply', '-json'], (line) => lines.push(line));
    expect(lines).toEqual([folder, 'apply -json', recorded.summary]);
    expect(result).toEqual({ code: 0, stdout: lines.join('\n') });
  });

  it("gives Terraform the sandbox's account, whatever this process has", async () => {
    delete process.env.TF_CLI_CONFIG_FILE;
    Object.assign(process.env, {
      TF_LOG: 'debug',
      TF_VAR_size: '2',
      AWS_PROFILE: 'production',
      AWS_SESSION_TOKEN: 'x',
      AWS_ENDPOINT_URL_ECS: 'https://ecs.eu-central-1.amazonaws.com',
      TF_WORKSPACE: 'other',
      TF_DATA_DIR: '/elsewhere',
      TF_CLI_ARGS_apply: '-target=x',
    });
    terraform("env | grep -E '^(AWS|TF)_' | sort");
    expect((await runTerraform(options, ['plan'])).stdout.split('\n')).toEqual([
      'AWS_REGION=eu-central-1',
      'TF_LOG=debug',
      'TF_VAR_size=2',
    ]);
  });

  it('takes the exit codes that it is told to take', async () => {
    terraform('exit 2');
    expect((await runTerraform(options, ['plan'], undefined, [0, 2])).code).toBe(2);
    await expect(runTerraform(options, ['plan'])).rejects.toThrow('terraform plan failed');
  });

  it('fails with the errors of the JSON log', async () => {
    terraform(`echo '${recorded.start}'; echo '${recorded.error}'; exit 1`);
    const failed = runTerraform(options, ['apply', '-json']);
    await expect(failed).rejects.toThrow(TerraformError);
    await expect(failed).rejects.toThrow(
      /^terraform apply failed:\n {2}terraform_data\.slow: local-exec provisioner error: exit status 3$/,
    );
  });

  it('fails with the end of plain output', async () => {
    terraform('echo first; echo "Error: no such provider" >&2; exit 1');
    await expect(runTerraform(options, ['init'])).rejects.toThrow(
      /^terraform init failed:\nfirst\nError: no such provider$/,
    );
  });

  it('says so when there is no Terraform', async () => {
    await expect(runTerraform(options, ['init'])).rejects.toThrow(/terraform init failed:\n.*ENOENT/);
  });

  it('is interrupted once by an abort, and waits until the state is kept', async () => {
    terraform(`
      trap 'echo interrupted >> signals; sleep 0.3; echo kept > state; exit 1' INT
      echo started
      i=0; while [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done`);
    const controller = new AbortController();
    const failed = runTerraform({ ...options, signal: controller.signal }, ['apply'], () =>
      controller.abort(),
    );
    await expect(failed).rejects.toThrow('terraform apply failed');
    expect(readFileSync(join(folder, 'signals'), 'utf8')).toBe('interrupted\n');
    expect(readFileSync(join(folder, 'state'), 'utf8')).toBe('kept\n');
  });

  it('does not start after an abort', async () => {
    terraform('echo started > started');
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(runTerraform({ ...options, signal }, ['apply'])).rejects.toThrow('stopped');
    expect(existsSync(join(folder, 'started'))).toBe(false);
  });

  describe('init', () => {
    it('throws away a lock file that was written for another source of providers', async () => {
      writeFileSync(join(folder, '.terraform.lock.hcl'), 'provider "aws" {}');
      terraform('echo "$*" >> asked; if [ -f .terraform.lock.hcl ]; then exit 1; fi');
      await initTerraform(options);
      const asked = 'init -input=false -no-color\n';
      expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe(asked + asked);
    });

    it('keeps a lock file that is good', async () => {
      writeFileSync(join(folder, '.terraform.lock.hcl'), 'provider "aws" {}');
      terraform('exit 0');
      await initTerraform(options);
      expect(existsSync(join(folder, '.terraform.lock.hcl'))).toBe(true);
    });

    it('fails with what Terraform said when the lock file was not the reason', async () => {
      writeFileSync(join(folder, '.terraform.lock.hcl'), 'provider "aws" {}');
      terraform('echo "Error: no registry"; exit 1');
      await expect(initTerraform(options)).rejects.toThrow('terraform init failed:\nError: no registry');
    });
  });
});
