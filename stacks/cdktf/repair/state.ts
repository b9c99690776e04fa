/** Mends the state of a deploy to an account: what a failed deploy has left is kept, or taken over. */
import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { RepairOptions } from '../../engine';
import type { Project } from '../../project';
import { UserError } from '../../user-error';
import { runTerraform, type TerraformOptions } from '../terraform';
import { repairClients } from './clients';
import { forgetFound, PLAN, planRepaired } from './terraform';

/**
 * @returns what was kept and what was taken over, by address
 * @throws UserError when nothing was deployed from this folder
 */
export async function repairState(
  project: Project,
  { environment: name, region, say }: RepairOptions,
): Promise<readonly string[]> {
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
