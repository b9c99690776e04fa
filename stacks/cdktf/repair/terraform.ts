/**
 * Lets an apply that failed or was stopped half-way go on: what is there is kept and made complete, nothing is made a
 * second time.
 *
 * Terraform marks a resource as tainted when its create ended with an error, also when the resource stands and only the
 * wait for it failed, and would replace it. Ours have fixed names and are created before they are destroyed, so the
 * second would collide with the first. What stands is untainted: the next plan brings it in place to what it should be.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEvent, runTerraform, type TerraformOptions } from '../terraform';
import { finders, findMade, type Import, type PlannedResource, REPEATABLE } from './adopt';
import { NotYetKnown, type Planned, type Search } from './finder';

/** Terraform reads it beside what was synthesized. */
const IMPORTS = 'stagecraft-found.tf.json';
export const PLAN = 'plan.tfplan';

/** What a repair found, by address. */
export interface Repaired {
  /** Stood, but was marked to be replaced. */
  readonly kept: readonly string[];
  /** Stood, but was unknown to the state. */
  readonly found: readonly Import[];
}

export interface Plan<Resource extends PlannedResource> {
  readonly resources: readonly Resource[];
  readonly repaired: Repaired;
}

/**
 * Plans after what a deploy before has left behind was found. The plan is in `plan.tfplan`; until it is applied, what was
 * found is known from a file beside the configuration.
 */
export async function planRepaired<Resource extends PlannedResource>(
  terraform: TerraformOptions,
  search: Search,
  say: (text: string) => void,
): Promise<Plan<Resource>> {
  forgetFound(terraform);
  const instances = await readState(terraform);
  const kept = await keepStanding(instances, terraform, search, say);
  const known = new Set(instances.flatMap(({ attributes }) => [attributes.id, attributes.arn].map(String)));
  const found: Import[] = [];
  for (;;) {
    const resources = await plan<Resource>(terraform, say);
    const more = (await findMade(resources, search, known)).filter(
      ({ to }) => !found.some((one) => one.to === to),
    );
    if (more.length === 0) return { resources, repaired: { kept, found } };
    // What one is may be needed to find the next: a listener is looked for behind its load balancer.
    found.push(...more);
    for (const { to, id } of more) say(`found ${to}: ${id}`);
    writeFileSync(join(terraform.folder, IMPORTS), JSON.stringify({ import: found }, undefined, 2));
  }
}

/** Once they are in the state. */
export function forgetFound({ folder }: TerraformOptions): void {
  rmSync(join(folder, IMPORTS), { force: true });
}

async function plan<Resource>(
  terraform: TerraformOptions,
  say: (text: string) => void,
): Promise<readonly Resource[]> {
  const args = ['plan', '-input=false', '-json', `-out=${PLAN}`, '-detailed-exitcode'];
  await runTerraform(terraform, args, (line) => say(parseEvent(line)?.message ?? ''), [0, 2]);
  const { stdout } = await runTerraform(terraform, ['show', '-json', PLAN]);
  return (JSON.parse(stdout) as { resource_changes?: readonly Resource[] }).resource_changes ?? [];
}

interface Instance {
  readonly address: string;
  readonly type: string;
  readonly attributes: Planned;
  readonly isTainted: boolean;
}

async function keepStanding(
  instances: readonly Instance[],
  terraform: TerraformOptions,
  search: Search,
  say: (text: string) => void,
): Promise<string[]> {
  const kept: string[] = [];
  for (const { address, type, attributes, isTainted } of instances) {
    if (!isTainted || !(await stands(type, attributes, search))) continue;
    say(`keeping ${address}`);
    await runTerraform(terraform, ['untaint', address]);
    kept.push(address);
  }
  return kept;
}

/** A NAT gateway or a certificate that AWS gave up is there, and is no use: such a one is replaced. */
async function stands(type: string, attributes: Planned, search: Search): Promise<boolean> {
  if (REPEATABLE.has(type)) return true;
  try {
    return (await finders[type]?.(attributes, search)) !== undefined;
  } catch (error) {
    if (error instanceof NotYetKnown) return false;
    throw error;
  }
}

interface State {
  readonly resources?: readonly {
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly status?: string;
      readonly deposed?: string;
      readonly attributes?: Planned;
    }[];
  }[];
}

async function readState(terraform: TerraformOptions): Promise<Instance[]> {
  const { stdout } = await runTerraform(terraform, ['state', 'pull']);
  const { resources = [] } = (stdout.trim() === '' ? {} : JSON.parse(stdout)) as State;
  return resources.flatMap(({ mode, type, name, instances }) =>
    mode !== 'managed'
      ? []
      : instances.map(({ attributes = {}, status, deposed }) => ({
          address: `${type}.${name}`,
          type,
          attributes,
          isTainted: status === 'tainted' && deposed === undefined,
        })),
  );
}
