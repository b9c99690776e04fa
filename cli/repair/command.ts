/** `stagecraft repair`: lets the next deploy go on from what a failed one has left in an account. */
import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { readSandbox } from '../../sandbox/client';
import { runTerraform, type TerraformOptions } from '../../sandbox/terraform';
import type { Engine } from '../../sandbox/types';
import { environmentNamed, type Project } from '../context';
import { type Output, UserError } from '../output';
import { repairClients } from './clients';
import { makeDeployable } from './cloudformation';
import { forgetFound, PLAN, planRepaired } from './terraform';

export interface RepairOptions {
  readonly engine: Engine;
}

/** Changes the state (cdktf) or the stack's status (aws-cdk), and no resource. */
export async function repair(
  project: Project,
  name: string,
  { engine }: RepairOptions,
  output: Output,
): Promise<void> {
  const { region } = environmentNamed(project, name);
  if ((await readSandbox(project.sandbox))?.environment === name) {
    throw new UserError(`The sandbox runs ${name}. There, \`stagecraft up\` repairs by itself.`);
  }
  const say = (text: string) => output.line(text);
  const done =
    engine === 'cdktf'
      ? await repairState(project, name, region, say)
      : await makeDeployable(new CloudFormationClient({ region }), name, say);
  output.document({ environment: name, engine, repaired: done });
  output.line(
    done.length === 0
      ? 'Nothing to repair.'
      : `Repaired: ${done.length}. Now deploy again: npx ${engine === 'cdktf' ? 'cdktf' : 'cdk'} deploy ${name}`,
  );
}

async function repairState(
  project: Project,
  name: string,
  region: string,
  say: (text: string) => void,
): Promise<string[]> {
  const folder = resolve(project.root, process.env.CDKTF_OUTDIR ?? 'cdktf.out', 'stacks', name);
  if (!existsSync(join(folder, '.terraform'))) {
    throw new UserError(
      `${relative(process.cwd(), folder)} is where cdktf deploys ${name} from, and nothing was deployed from there. Prepare it first: npx cdktf diff ${name}`,
    );
  }
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const terraform: TerraformOptions = { folder, environment };
  const search = { clients: repairClients({ region }), environment: name };
  try {
    const { kept, found } = (await planRepaired(terraform, search, () => {})).repaired;
    for (const address of kept) say(`kept ${address}`);
    forgetFound(terraform);
    for (const { to, id } of found) {
      await runTerraform(terraform, ['import', '-input=false', '-no-color', to, id]);
      say(`took over ${to}: ${id}`);
    }
    return [...kept, ...found.map(({ to }) => to)];
  } finally {
    forgetFound(terraform);
    rmSync(join(folder, PLAN), { force: true });
  }
}
